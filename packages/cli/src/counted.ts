/** A number of things in words: `1 batch`, `2,000 batches`. */
export function counted(number: number, one: string, many: string): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
