import { describe, expect, it } from "vitest";
import { unitsIn, usageIn } from "./units.ts";

describe("OpenAI embeddings", () => {
  it("are all input", () => {
    expect(unitsIn("openai.embeddings", { usage: { prompt_tokens: 8, total_tokens: 8 } })).toEqual({
      input: 8,
    });
  });

  it("take the total where that is all there is", () => {
    expect(unitsIn("openai.embeddings", { usage: { total_tokens: 8 } })).toEqual({ input: 8 });
  });
});

describe("OpenAI images", () => {
  const input_tokens_details = { text_tokens: 20, image_tokens: 80 };

  it("are image tokens out, and text and image tokens in", () => {
    const usage = { input_tokens: 100, output_tokens: 1056, total_tokens: 1156, input_tokens_details };
    const body = { quality: "medium", size: "1024x1024", data: [{}], usage };
    expect(unitsIn("openai.images", body)).toEqual({ input: 20, input_image: 80, output_image: 1056 });
    expect(usageIn("openai.images", body).circumstances.imageSize).toBe("medium-1024x1024");
  });

  it("follow the details of the output where there are some", () => {
    const output_tokens_details = { text_tokens: 56, image_tokens: 1000 };
    const usage = { input_tokens: 100, output_tokens: 1056, total_tokens: 1156, output_tokens_details };
    expect(unitsIn("openai.images", { usage })).toEqual({ input: 100, output: 56, output_image: 1000 });
  });

  it("are counted where the model is not billed by tokens", () => {
    expect(unitsIn("openai.images", { created: 1, data: [{}, {}] })).toEqual({ images: 2 });
  });

  it("charge the writing of SVG to the language model that does it", () => {
    const usage = { input_tokens: 10, output_tokens: 90, total_tokens: 100 };
    const svg_usage = {
      model: "gpt-5.4",
      input_tokens: 5,
      output_tokens: 50,
      reasoning_tokens: 20,
      total_tokens: 55,
    };
    const { otherModels } = usageIn("openai.images", { usage, svg_usage });
    expect(otherModels).toEqual([
      {
        model: "gpt-5.4",
        quantities: new Map(Object.entries({ input: 5, output: 30, output_reasoning: 20 })),
      },
    ]);
  });
});

describe("transcriptions", () => {
  it("of models billed by tokens are audio in and text out", () => {
    const input_token_details = { text_tokens: 3, audio_tokens: 14 };
    const usage = {
      type: "tokens",
      input_tokens: 17,
      input_token_details,
      output_tokens: 45,
      total_tokens: 62,
    };
    expect(unitsIn("openai.transcription", { text: "", usage })).toEqual({
      input: 3,
      input_audio: 14,
      output: 45,
    });
  });

  it("of models billed by time are milliseconds", () => {
    const body = { text: "", usage: { type: "duration", seconds: 93.25 } };
    expect(unitsIn("openai.transcription", body)).toEqual({ audio_milliseconds: 93_250 });
  });

  it("billed by tokens have no price by their duration", () => {
    const usage = { type: "tokens", input_tokens: 14, output_tokens: 45, total_tokens: 59 };
    expect(unitsIn("openai.transcription", { duration: 9, usage })).toEqual({ input: 14, output: 45 });
  });

  it("of Groq's Whisper have their true duration: the minimum is the price's", () => {
    expect(unitsIn("groq.transcription", { text: "", duration: 3.2 })).toEqual({ audio_milliseconds: 3200 });
    expect(usageIn("groq.transcription", { text: "" }).quality).toBe("missing");
  });

  it.each([-1, Number.NaN, "3", null])("have no duration of %j seconds", (seconds) => {
    expect(usageIn("openai.transcription", { usage: { type: "duration", seconds } }).quality).toBe("missing");
  });
});

describe("speech", () => {
  it("is billed by the characters of the request, since the answer is audio", () => {
    expect(unitsIn("openai.speech", undefined, { characters: 420 })).toEqual({ characters: 420 });
  });

  it("is missing when nobody counted the characters", () => {
    expect(usageIn("openai.speech", undefined).quality).toBe("missing");
  });

  it("is audio tokens where the stream's last event says so", () => {
    const usage = { input_tokens: 14, output_tokens: 101, total_tokens: 115 };
    const body = { type: "speech.audio.done", usage };
    expect(unitsIn("openai.speech", body, { characters: 60 })).toEqual({ input: 14, output_audio: 101 });
  });
});

describe("OpenAI realtime", () => {
  it("splits the cached part of the prompt by modality", () => {
    const usage = {
      total_tokens: 300,
      input_tokens: 200,
      output_tokens: 100,
      input_token_details: {
        text_tokens: 120,
        audio_tokens: 80,
        cached_tokens: 100,
        cached_tokens_details: { text_tokens: 64, audio_tokens: 36 },
      },
      output_token_details: { text_tokens: 30, audio_tokens: 70 },
    };
    const body = { type: "response.done", response: { id: "resp_1", usage } };
    expect(unitsIn("openai.realtime", body)).toEqual({
      input: 56,
      input_audio: 44,
      cache_read: 64,
      cache_read_audio: 36,
      output: 30,
      output_audio: 70,
    });
  });

  it("reads the transcription of what the user said, which is billed apart", () => {
    const type = "conversation.item.input_audio_transcription.completed";
    const body = { type, transcript: "hi", usage: { type: "duration", seconds: 2 } };
    expect(unitsIn("openai.realtime", body)).toEqual({ audio_milliseconds: 2000 });
  });
});
