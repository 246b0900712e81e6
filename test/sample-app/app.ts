import Anthropic from "@anthropic-ai/sdk";
import express, { type ErrorRequestHandler, type Express } from "express";
import OpenAI from "openai";
import { runAgent } from "./agent.ts";
import { authenticated, type Tokens } from "./authentication.ts";
import { nearest } from "./search.ts";

/** A small AI product: four features that customers use, and a nightly job that is nobody's. */
export function createApp(tokens: Tokens): Express {
  const openai = new OpenAI();
  const anthropic = new Anthropic();
  const app = express();
  app.use(express.json());

  app.get("/healthz", (_request, response) => {
    response.json({ ok: true });
  });

  // Started by a timer and not by a customer: the cost of its call stays unattributed.
  app.post("/cron/digest", async (_request, response) => {
    const completion = await openai.chat.completions.create({
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: "Sum up today's questions." }],
    });
    response.json({ digest: completion.choices[0]?.message.content });
  });

  app.post("/assistant", authenticated(tokens, "assistant"), async (request, response) => {
    const { question, stream = false } = request.body;
    const chat = {
      model: "gpt-4o-mini",
      messages: [{ role: "user" as const, content: String(question) }],
    };
    if (stream !== true) {
      const completion = await openai.chat.completions.create(chat);
      response.json({ answer: completion.choices[0]?.message.content });
      return;
    }
    const chunks = await openai.chat.completions.create({ ...chat, stream: true });
    response.type("text/plain");
    for await (const chunk of chunks) {
      if (response.destroyed) break;
      response.write(chunk.choices[0]?.delta.content ?? "");
    }
    response.end();
  });

  app.post("/search", authenticated(tokens, "search"), async (request, response) => {
    const query = String(request.body.query);
    const document = await nearest(openai, query);
    const completion = await openai.chat.completions.create({
      model: "gpt-5-mini",
      messages: [
        { role: "system", content: `Answer from this text: ${document}` },
        { role: "user", content: query },
      ],
    });
    response.json({ answer: completion.choices[0]?.message.content, source: document });
  });

  app.post("/summarise", authenticated(tokens, "summarise"), async (request, response) => {
    const { output_text } = await openai.responses.create({
      model: "gpt-5",
      instructions: "Sum the text up in one sentence.",
      input: String(request.body.text),
    });
    response.json({ summary: output_text });
  });

  app.post("/agent", authenticated(tokens, "agent"), async (request, response) => {
    response.json(await runAgent(anthropic, String(request.body.task)));
  });

  app.use(modelUnavailable);
  return app;
}

/** Whatever went wrong with a provider, the customer is told no more than that it did not work. */
const modelUnavailable: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  if (response.headersSent) {
    // Nobody may take the part that was sent for the whole answer.
    response.destroy();
    return;
  }
  const fromProvider = error instanceof OpenAI.APIError || error instanceof Anthropic.APIError;
  response.status(fromProvider ? 502 : 500).json({ error: "the model did not answer" });
};
