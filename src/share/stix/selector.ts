/** Selectors of granular markings (STIX 2.1, section 7.2.3.1): `external_references.[0].url`. */

export type SelectorStep = string | number;

const INDEX = /^\[(0|[1-9]\d{0,8})\]$/;
const NAME = /^[A-Za-z0-9_-]{1,250}$/;
const LONGEST = 2000;

/** The steps of a selector, or undefined when it is malformed. Linear in its length. */
export const parseSelector = (text: string): readonly SelectorStep[] | undefined => {
  if (text.length > LONGEST) return undefined;
  const steps: SelectorStep[] = [];
  for (const part of text.split('.')) {
    const index = INDEX.exec(part);
    if (index !== null) steps.push(Number(index[1]));
    else if (NAME.test(part)) steps.push(part);
    else return undefined;
  }
  // The root is an object, so the first step is a name.
  return typeof steps[0] === 'string' ? steps : undefined;
};

/** What a selector selects, or undefined when nothing is there. */
export const resolveSelector = (root: unknown, steps: readonly SelectorStep[]): unknown => {
  let here: unknown = root;
  for (const step of steps) {
    if (typeof here !== 'object' || here === null) return undefined;
    if (typeof step === 'number') {
      if (!Array.isArray(here)) return undefined;
    } else if (Array.isArray(here) || !Object.hasOwn(here, step)) return undefined;
    here = (here as { readonly [key: string | number]: unknown })[step];
  }
  return here;
};
