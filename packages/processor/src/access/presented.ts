/** A secret as a request shows it. */
export interface Presented {
  readonly scheme: "bearer" | "basic";
  readonly secret: string;
}

/**
 * The token in an Authorization header: `Bearer TOKEN`, or HTTP Basic with the token as the password and any
 * user, as a browser asks for it. Undefined when there is none; nothing in a header throws.
 */
export function presentedIn(authorization: string | undefined): Presented | undefined {
  const [, scheme = "", value = ""] = /^(\w+) +(\S+) *$/.exec(authorization ?? "") ?? [];
  if (scheme.toLowerCase() === "bearer") return { scheme: "bearer", secret: value };
  if (scheme.toLowerCase() !== "basic") return undefined;
  const text = Buffer.from(value, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon === -1 ? undefined : { scheme: "basic", secret: text.slice(colon + 1) };
}
