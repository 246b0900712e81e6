/** The three known names that share the longest beginnings with an unknown one: for people, never for matching. */
export function nearest(name: string, known: Iterable<string>): readonly string[] {
  const shared = (other: string): number => {
    let length = 0;
    while (length < name.length && name[length] === other[length]) length += 1;
    return length;
  };
  return [...new Set(known)]
    .map((other) => ({ other, length: shared(other) }))
    .filter(({ length }) => length >= 3)
    .sort((a, b) => b.length - a.length || a.other.localeCompare(b.other))
    .slice(0, 3)
    .map(({ other }) => other);
}
