/** The story in sentences, as it happens. */
import type { StoryEvent } from './story-types.ts';

const count = (n: number): string => n.toLocaleString('en');
const seconds = (ms: number | null): string =>
  ms === null ? 'not yet' : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
const several = (n: number, what: string): string => `${count(n)} ${what}${n === 1 ? '' : 's'}`;
const shortened = (text: string): string => (text.length > 120 ? `${text.slice(0, 119)}…` : text);
const below = (p: number): string => (p < 1e-4 ? 'below 0.0001' : p.toFixed(4));

const WIDTH = 96;

/** Lines of one paragraph, the first with its label. */
const paragraph = (label: string, text: string): string => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > WIDTH - 12) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  lines.push(line);
  return `${lines.map((one, i) => `${(i === 0 ? label : '').padEnd(12)}${one}`).join('\n')}\n\n`;
};

export const opening = (seed: number): string =>
  `${paragraph(
    'Stillwatch',
    `Three model providers, one operator who harvests from them, and a hub between the three. All of it is simulated (seed ${seed}): customers, prompts, addresses, cards, the operator and the models. The services are the real ones: hub, labs, gates, and gateways that every request goes through.`,
  )}`;

/** Undefined for what is only progress. */
export const sentenceOf = (event: StoryEvent): string | undefined => {
  switch (event.event) {
    case 'started':
      return paragraph(
        'start',
        `The hub and labs A, B and C are running after ${seconds(event.ms)}. They have ${event.labs.A}, ${event.labs.B} and ${event.labs.C} customers, whose last ten days they have read. The operator has ${event.operator} accounts at each of them. It harvests from A, and tries B and C with a few.`,
      );
    case 'detected':
      return paragraph(
        `hour ${event.hours}`,
        `Lab A finds a campaign of ${event.accounts} accounts, ${event.hydra_accounts} of them the operator's, after ${count(event.exchanges)} of the ${count(event.planned)} exchanges that it planned. It is one network (p ${below(event.network_p)}) and it extracts (p ${below(event.intent_p)}). These accounts have to verify who they are before their next request is answered.`,
      );
    case 'published':
      return paragraph(
        '',
        `Lab A signs and publishes ${several(event.objects, 'object')}, ${count(event.bytes)} bytes: ${several(event.fingerprints, 'attack fingerprint')}, ${several(event.signatures, 'query signature')}, ${several(event.blocks, 'address block')}, ${several(event.tokens, 'blinded payment token')}. ${
          event.template === null
            ? 'Templates were left out.'
            : `Of the prompts only what they have in common leaves: "${shortened(event.template)}".`
        } ${
          event.named === 0
            ? 'No account id and no card is in those bytes.'
            : `Account ids and cards in those bytes: ${event.named}.`
        }`,
      );
    case 'acted':
      return paragraph(
        '',
        `Lab ${event.lab} holds this against its own traffic ${
          event.confirmed ? 'and confirms it' : 'and sees it, as a second lab has confirmed it'
        }: ${event.accounts} accounts have to verify who they are, those that have not asked anything yet among them. ${
          event.hours_later === 0
            ? `From A's finding to ${event.lab}'s first decision: ${seconds(event.ms)}.`
            : `That is ${several(event.hours_later, 'hour')} of the traffic after A's finding: until then ${event.lab}'s own traffic said too little.`
        } ${
          event.refused_at_gateway
            ? 'The next request of that account is refused at the gateway.'
            : 'The next request of that account still passes.'
        }`,
      );
    case 'moved':
      return paragraph(
        `hour ${event.hours}`,
        `The operator ${event.stopped ? 'is refused at A and' : 'was not stopped at A, and now'} moves on to B and C: other accounts, the same cards, the same rented machines, the same kind of prompts.`,
      );
    case 'over':
      return paragraph(
        `hour ${event.hours}`,
        'The operator is refused everywhere and gives up, or has nothing left to ask.',
      );
    case 'flagged':
      return paragraph(
        'appeal',
        `One of the refused customers is honest: an institute that tests models with the same kind of questions, from a machine beside the operator's. A counted it to the campaign; by its card it is refused at ${event.labs.join(', ')}. The refusal quotes ${event.decision}. With that it appeals at A, and a reviewer overturns the decision.`,
      );
    case 'put-right':
      return paragraph(
        '',
        `From the reviewer's decision until the gates let the institute pass: A ${seconds(event.ms.A)}, B ${seconds(event.ms.B)}, C ${seconds(event.ms.C)}. B and C were told that ${several(event.retracted.length, 'object')} ${event.retracted.length === 1 ? 'was' : 'were'} taken back, and nobody's name.`,
      );
    case 'ledger':
      return paragraph(
        'ledger',
        `A bundle of ${event.entries} entries of the hub's ledger (${event.size} in all) is verified with the key that the hub showed at the start: what was published is in it, what was taken back is in it${event.taken_back > 0 ? '' : ' not'}, and nothing was rewritten.`,
      );
    case 'hour':
      return undefined;
  }
};
