import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { html, trusted } from "../../src/operator/html.ts";

describe("the template", () => {
  it("escapes what stands in it, in text and in attributes", () => {
    expect(String(html`<a title="${`"'><b>`}">${"<script>&"}</a>`)).toBe(
      '<a title="&quot;&#39;&gt;&lt;b&gt;">&lt;script&gt;&amp;</a>',
    );
  });

  it("takes its own pieces as they are, once and in lists, and leaves out what is undefined", () => {
    const pieces = ["<", "a"].map((text) => html`<i>${text}</i>`);
    expect(String(html`${pieces}${undefined}${trusted("<hr>")}${7n}`)).toBe("<i>&lt;</i><i>a</i><hr>7");
  });

  it("does not take an object from outside for its own", () => {
    const forged = JSON.parse('{"text":"<script>"}');
    expect(() => String(html`${forged}`)).toThrow(TypeError);
  });

  it("shows a character that no browser shows as a replacement character", () => {
    expect(String(html`${"a\u0000b\u001b\ud800c\td"}`)).toBe("a\uFFFDb\uFFFD\uFFFDc\td");
  });

  it("never lets any text open a tag or end an attribute", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(String(html`${text}`)).not.toMatch(/[<>"'`]|&(?!(amp|lt|gt|quot|#39|#96);)/);
      }),
    );
  });
});
