import { writtenInstant, writtenMonth } from "@keeptabs/billing";
import { describe, expect, it } from "vitest";

describe("an instant as a person writes it", () => {
  it("is a day of the time zone, from its first moment, or carries its own offset", () => {
    const iso = (written: string, zone: string): string =>
      new Date(writtenInstant(written, zone)).toISOString();
    expect(iso("2026-10-01", "Asia/Kolkata")).toBe("2026-09-30T18:30:00.000Z");
    expect(iso("2024-02-29", "America/St_Johns")).toBe("2024-02-29T03:30:00.000Z");
    expect(iso("2026-10-05", "Australia/Lord_Howe")).toBe("2026-10-04T13:00:00.000Z");
    expect(iso("2026-10-01T02:00:00.25+02:00", "Asia/Kolkata")).toBe("2026-10-01T00:00:00.250Z");
  });

  it.each([
    ["2026-02-30", "is neither a day"],
    ["2026-02-29T12:00:00Z", "is neither a day"],
    ["2026-10-01T24:00:00Z", "is neither a day"],
    ["2026-10-01T00:00:00", "is neither a day"],
    ["1969-12-31", "must lie from 1970-01 to 2261-12"],
    ["2262-01-01T00:00:00Z", "must lie from 1970-01 to 2261-12"],
  ])("is never taken for another one: %s", (written, why) => {
    expect(() => writtenInstant(written, "UTC")).toThrow(why);
  });

  it("is no day that a time zone passed over", () => {
    expect(() => writtenInstant("2011-12-30", "Pacific/Apia")).toThrow(
      "2011-12-30 did not exist in Pacific/Apia",
    );
  });
});

describe("a month as a person writes it", () => {
  it("is one that the ledger's clock can hold", () => {
    expect(writtenMonth("2261-12", "Pacific/Apia").name).toBe("2261-12");
    expect(() => writtenMonth("2262-01", "UTC")).toThrow("months are from 1970-01 to 2261-12");
    expect(() => writtenMonth("2026-13", "UTC")).toThrow('"2026-13" is not a month');
  });
});
