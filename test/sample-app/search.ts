import type OpenAI from "openai";

const DOCUMENTS = [
  "Orders placed before noon are sent on the same day.",
  "A product can be returned within thirty days.",
  "Support answers on weekdays from nine to five.",
] as const;

/** The document whose meaning is nearest to the query's. */
export async function nearest(openai: OpenAI, query: string): Promise<string> {
  const { data } = await openai.embeddings.create({
    model: "text-embedding-3-small",
    input: [query, ...DOCUMENTS],
  });
  const [asked, ...documents] = data.map(({ embedding }) => embedding);
  const scores = documents.map((document) =>
    document.reduce((score, value, index) => score + value * (asked?.[index] ?? 0), 0),
  );
  return DOCUMENTS[scores.indexOf(Math.max(...scores))] ?? DOCUMENTS[0];
}
