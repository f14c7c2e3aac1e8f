import type { Finding } from '../verdict/judge.ts';

const strongest = (finding: Finding, axis: 'network' | 'intent'): string | null => {
  const items = finding.evidence.filter((item) => item.axis === axis && item.contribution > 0);
  return items[0]?.signal ?? null;
};

/** What a reviewer would have to learn for the verdict to be another one. */
export const wouldChange = (finding: Finding): string[] => {
  const network = strongest(finding, 'network');
  const intent = strongest(finding, 'intent');
  const sentences: string[] = [];
  if (network !== null)
    sentences.push(
      `The network axis leans most on ${network}: if those accounts belong to one declared organization or have another reason to share, it falls, and with it the verdict.`,
    );
  if (finding.verdict === 'distillation') {
    if (intent !== null)
      sentences.push(
        `The intent axis leans most on ${intent}: without intent beyond ordinary use this is an account network or a case for review, not distillation.`,
      );
    sentences.push(
      'An attestation of authorised distillation or research for these accounts takes them out of the campaign.',
    );
  } else
    sentences.push(
      'Prompts that form one data set spread over the members, each asked once, without turns of conversing people, would raise the intent axis and make this distillation.',
    );
  return sentences;
};
