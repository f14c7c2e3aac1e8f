/** Honest people who come together: a class, an event, a company. */
import { below, between, chance, integer, type Random } from '../../base/random.ts';
import { addAccount, type Cast, groupSize, randomOf } from './cast.ts';
import { type Meeting, meeting } from './groups.ts';
import { newCard, newDomain, newOrganization } from './identity.ts';
import { drawCountry, sharedAddress } from './network.ts';
import { personCount, personStream } from './people.ts';
import { DAY, HOUR, profileOf } from './schedule.ts';
import { PACES } from './stream.ts';
import { mixedVoice, type Segment } from './voice.ts';

const inMeetings =
  (start: number, meetings: readonly Meeting[], otherwise: number) =>
  (at: number): number =>
    meetings.some((m) => at - start >= m.from && at - start < m.until) ? 1 : otherwise;

/** 20 to 40 pupils, one address, one card, one sign-up hour, the same few tasks for all. */
export const addClassroom = (cast: Cast, number: number): void => {
  const random = randomOf(cast, 'classroom', number);
  const { start } = cast.options;
  const country = drawCountry(random);
  const room = sharedAddress(random, cast.internet, country);
  const lessons = [0, 2, 4].map((day) => meeting(cast, random, day, day + 5, 1.5, country.zone));
  const first = Math.min(...lessons.map((l) => l.from));
  const profile = profileOf(cast.options, inMeetings(start, lessons, 0.004));
  const shared = { card: newCard(random), emailDomain: newDomain(random), country };
  const tasks: { list: Segment | null } = { list: null };
  const size = groupSize(cast, random, 20, 40);
  for (let i = 0; i < size; i++) {
    const account = addAccount(cast, random, 'classroom', (own) => ({
      ...shared,
      addresses: chance(random, 0.7) ? [room] : [room, own.addresses[0]!],
      createdAt: start + first - between(random, 0, 1) * HOUR,
    }));
    cast.streams.push({
      account,
      pace: { session: 8, turns: 3, gap: 90, sigma: 0.8 },
      profile,
      count: between(random, 12, 36),
      fixed: true,
      punctual: true,
      voice: (prompts, own, n) => {
        if (tasks.list === null) {
          const corpus = prompts.pick(own, (c) => c.sharedTasks || /homework/.test(c.name));
          tasks.list = {
            corpus,
            start: below(own, Math.max(1, corpus.size - 14)),
            size: Math.min(14, corpus.size),
          };
        }
        return mixedVoice(prompts.person(own, n, country.language), tasks.list, 0.92, own);
      },
    });
  }
};

/** An event: strangers sign up within hours at one address and ask all kinds of things. */
export const addHackathon = (cast: Cast, number: number): void => {
  const random = randomOf(cast, 'hackathon', number);
  const { start } = cast.options;
  const country = drawCountry(random);
  const hall = sharedAddress(random, cast.internet, country);
  const event = meeting(cast, random, 1, Math.max(1, cast.options.days - 3), 36, country.zone);
  const profile = profileOf(cast.options, (at) =>
    at - start < event.from ? 0 : inMeetings(start, [event], 0.03)(at),
  );
  const size = groupSize(cast, random, 30, 80);
  for (let i = 0; i < size; i++) {
    const account = addAccount(cast, random, 'hackathon', (own) => ({
      country,
      addresses: [hall, ...own.addresses.slice(0, 1)],
      createdAt: start + event.from + between(random, -1, 3) * HOUR,
    }));
    cast.streams.push({
      ...personStream(cast, random, account),
      pace: PACES.person,
      profile,
      punctual: true,
    });
  }
};

/** One organization, many accounts, much traffic, many subjects, on-boarded in waves. */
export const addLargeCustomer = (cast: Cast, number: number): void => {
  const random: Random = randomOf(cast, 'large-customer', number);
  const { start } = cast.options;
  const shared = {
    organization: newOrganization(random),
    card: newCard(random),
    emailDomain: newDomain(random),
    tier: 'team',
    attestation: chance(random, 0.3) ? 'own models on own data, by contract' : null,
  };
  const country = drawCountry(random);
  const exits = Array.from({ length: 3 }, () => sharedAddress(random, cast.internet, country));
  const waves = Array.from({ length: 3 }, () => start - integer(random, 5, 300) * DAY);
  const size = groupSize(cast, random, 15, 40);
  for (let i = 0; i < size; i++) {
    const account = addAccount(cast, random, 'large-customer', (own) => ({
      ...shared,
      country,
      addresses: [exits[i % 3]!, own.addresses[0]!],
      createdAt: waves[below(random, 3)]! + between(random, 0, 6) * HOUR,
    }));
    for (let s = 0; s < 3; s++)
      cast.streams.push(personStream(cast, random, account, personCount(cast, random) * 2));
  }
};
