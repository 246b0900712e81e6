import { type AttoUsd, formatUsd, negateUsd, roundUsd, scaleUsd } from "@keeptabs/pricing";
import { type Html, html } from "./html.ts";

/**
 * Numbers as people read them. A page rounds; the exact amount is always beside it, in `data-exact` and
 * in the title, and an amount that is not nothing never looks like nothing.
 */

/** An amount, rounded for people, with the exact one beside it. */
export function money(amount: AttoUsd): Html {
  return exactly(amount, moneyText(amount), "money");
}

/** The cost of one call: three significant digits, since cents hide it. Undefined without calls. */
export function moneyPerCall(amount: AttoUsd, made: number): Html | undefined {
  if (made <= 0) return undefined;
  const each = scaleUsd(amount, 1n, BigInt(made));
  return html`<data class="money" value="${formatUsd(each.amount)}" title="${`${formatUsd(amount)} USD ÷ ${calls(made)}`}">${smallText(each.amount, 3)}</data>`;
}

/** What a million tokens cost on average. Undefined without tokens. */
export function moneyPerMillion(amount: AttoUsd, tokens: bigint): Html | undefined {
  if (tokens <= 0n) return undefined;
  const each = scaleUsd(amount, 1_000_000n, tokens).amount;
  return html`<data class="money" value="${formatUsd(each)}" title="${`${formatUsd(amount)} USD for ${count(tokens)} tokens`}">${smallText(each, 3)}</data>`;
}

/** Every digit of an amount. */
export function exactMoney(amount: AttoUsd): Html {
  return exactly(
    amount,
    signed(amount, (absolute) => formatUsd(absolute)),
    "digits",
  );
}

/** `$1,234.57`; below a cent two significant digits; `$0.00` only for nothing at all. */
export function moneyText(amount: AttoUsd): string {
  const absolute = amount < 0n ? negateUsd(amount) : amount;
  if (absolute !== 0n && absolute < CENT) return smallText(amount, 2);
  return signed(amount, (positive) => grouped(roundUsd(positive, 2)));
}

const CENT = 10_000_000_000_000_000n;
/** Smaller than this is said to be smaller than this. */
const TINY = 1_000_000_000n;

/** An amount with so many significant digits when it is below a dollar. */
function smallText(amount: AttoUsd, digits: number): string {
  const absolute = amount < 0n ? negateUsd(amount) : amount;
  if (absolute === 0n || absolute >= CENT * 100n)
    return signed(amount, (positive) => grouped(roundUsd(positive, 2)));
  if (absolute < TINY) return amount < 0n ? "> −$0.000000001" : "< $0.000000001";
  const leadingZeros = 18 - absolute.toString().length;
  const decimals = Math.min(Math.max(leadingZeros + digits, 2), 18);
  return signed(amount, (positive) => roundUsd(positive, decimals));
}

function signed(amount: AttoUsd, text: (absolute: AttoUsd) => string): string {
  return amount < 0n ? `−$${text(negateUsd(amount))}` : `$${text(amount)}`;
}

function grouped(decimal: string): string {
  const [whole = "", fraction] = decimal.split(".");
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? groups : `${groups}.${fraction}`;
}

function exactly(amount: AttoUsd, text: string, name: "money" | "digits"): Html {
  const exact = formatUsd(amount);
  return html`<data class="${name}" value="${exact}" data-exact="${exact}" title="${exact} USD">${text}</data>`;
}

/** A whole number with its thousands marked. */
export function count(number: number | bigint): string {
  return COUNT.format(number);
}

/** A large number in three digits, such as `1.23M`, with the exact one beside it. */
export function quantity(number: bigint): Html {
  return html`<data value="${number}" title="${count(number)}">${number < 10_000n ? count(number) : COMPACT.format(number)}</data>`;
}

const COMPACT = new Intl.NumberFormat("en-US", {
  notation: "compact",
  minimumSignificantDigits: 3,
  maximumSignificantDigits: 3,
});

/** `1 call`, `2 calls`. */
export function calls(number: number): string {
  return number === 1 ? "1 call" : `${count(number)} calls`;
}

const COUNT = new Intl.NumberFormat("en-US");

/** `34.2%`; 0% and 100% only when it is exactly that. */
export function percent(ratio: number): string {
  const absolute = Math.abs(ratio);
  const sign = ratio < 0 ? "−" : "";
  if (absolute > 0 && absolute < 0.001) return `${sign}<0.1%`;
  if (absolute > 0.999 && absolute < 1) return `${sign}>99.9%`;
  if (absolute === 0 || absolute === 1) return `${sign}${absolute * 100}%`;
  return `${sign}${(absolute * 100).toLocaleString("en-US", decimals(absolute >= 10 ? 0 : 1))}%`;
}

function decimals(digits: number): Intl.NumberFormatOptions {
  return { minimumFractionDigits: digits, maximumFractionDigits: digits };
}

/** `+34.0%`, `−12.5%`: how an amount changed against an earlier one, which must be positive. */
export function changeText(now: AttoUsd, before: AttoUsd): string {
  if (now === before) return "±0%";
  const change = Number(((now - before) * 1_000_000n) / before) / 1_000_000;
  if (change === 0) return now > before ? "+<0.1%" : "−<0.1%";
  return change > 0 ? `+${percent(change)}` : percent(change);
}

/** A part of a whole, for showing and drawing; 0 when there is no whole. */
export function share(part: AttoUsd, whole: AttoUsd): number {
  return whole <= 0n ? 0 : Number((part * 1_000_000n) / whole) / 1_000_000;
}
