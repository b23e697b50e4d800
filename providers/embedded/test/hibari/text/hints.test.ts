import { EmbeddedTTSProvider, phonemize } from "@metered/llmrtc-provider-embedded";
import { expect, test } from "vitest";

test("a hint's phonemes are used as they are, whatever they and their word hold", async () => {
  expect(await phonemize("Ask [St. 5 km](/kˈOkə * ɹO/) now. Yes.")).toEqual([
    "ˈæsk kˈOkə * ɹO nˈW.",
    "jˈɛs.",
  ]);
  expect(await phonemize("It is [Xu](/ʃˈu/)'s, [Xu](/ʃˈu/).")).toHaveLength(1);
});

test("a lexicon gives phonemes or other words for a word, also before 's", async () => {
  const lexicon = { Xanthi: "/zˈænθi/", LLMRTC: "el el em" };
  expect(await phonemize("Ask Xanthi, or Xanthi's LLMRTC.", { lexicon })).toEqual(
    await phonemize("Ask [x](/zˈænθi/), or [x](/zˈænθiz/) el el em."),
  );
});

test("a lexicon knows whole words as they are written, and goes before our own", async () => {
  const lexicon = { Ann: "/ˈɑn/", JSON: "jay son" };
  expect(await phonemize("Anna, ann, JSON", { lexicon })).toEqual(
    await phonemize("Anna, ann, jay son"),
  );
});

test("the voice takes a lexicon, and says a word the way it is told", async () => {
  const voice = new EmbeddedTTSProvider({ lexicon: { Xanthi: "hello there" } });
  const plain = new EmbeddedTTSProvider();
  try {
    const [told, written] = await Promise.all([
      voice.speak("Xanthi", { format: "pcm" }),
      plain.speak("hello there", { format: "pcm" }),
    ]);
    expect(told.audio).toEqual(written.audio);
  } finally {
    await Promise.all([voice.close(), plain.close()]);
  }
});
