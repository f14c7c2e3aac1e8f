/** The languages a composed world can speak. */
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { type Grammar, grammar, type Slots } from './grammar.ts';
import { ja } from './ja.ts';
import { ko } from './ko.ts';
import type { LanguagePack } from './language-pack.ts';
import { ru } from './ru.ts';
import { zh } from './zh.ts';

export const LANGUAGES = ['en', 'zh', 'ru', 'es', 'fr', 'de', 'ja', 'ko'] as const;
export type Language = (typeof LANGUAGES)[number];

const PACKS: Readonly<Record<Language, LanguagePack>> = { en, zh, ru, es, fr, de, ja, ko };

export const packOf = (language: Language): LanguagePack => PACKS[language];

const MONTHS = ['January', 'March', 'April', 'June', 'July', 'September', 'October', 'December'];

/** Sentences of a language, written out so that they can fill a slot. */
const claimsOf = (pack: LanguagePack, slots: Slots): string[] => {
  const claims: Grammar = grammar(pack.claims, slots);
  return Array.from({ length: Math.min(600, claims.size) }, (_, i) => claims.at(i));
};

/** The slots every template of a language may use. */
export const slotsOf = (pack: LanguagePack): Slots => {
  const base = {
    name: pack.names,
    thing: pack.things,
    place: pack.places,
    subject: pack.subjects,
    profession: pack.professions,
    elicit: pack.elicit,
    month: MONTHS,
  };
  return { ...base, claim: claimsOf(pack, base) };
};
