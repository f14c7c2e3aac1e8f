/** A lab that decides: routes for people beside those of the lab, and a gate for gateways. */
import { type Blocks, createBlocks } from '../../../act/gateway/crowdsec/blocks.ts';
import { StillwatchError } from '../../../base/errors.ts';
import { type Listen, type RunningGate, startGate } from '../../gate/start.ts';
import type { Tokens as GatewayTokens } from '../../gate/tokens.ts';
import { appealRoutes } from '../appeals/routes.ts';
import { decisionRoutes } from '../decisions/routes.ts';
import type { LabRoute } from '../http/server.ts';
import type { LabCore } from '../core.ts';
import { keepRemediations } from './remediations.ts';
import { policyRoutes } from './routes.ts';
import type { Deciding, DecidingOptions } from './deciding.ts';
import { openDeciding } from './start.ts';

export interface GateSettings {
  readonly listen: Listen;
  readonly grpc?: Listen | undefined;
  /** Where a refused caller is sent. */
  readonly appealUrl: string;
}

export interface DecidingService {
  readonly deciding: Deciding;
  readonly routes: readonly LabRoute[];
  readonly startGate: (settings: GateSettings) => Promise<RunningGate>;
  readonly stop: () => Promise<void>;
}

const FLUSHED_EVERY = 1000;
const TOKENS_EVERY = 2000;

/** Decisions about addresses for CrowdSec's bouncers, from the same feed that gates follow. */
const blocksOf = ({ book, now }: Deciding): Blocks => {
  const blocks = createBlocks();
  let cursor: string | null = null;
  const catchUp = (): void => {
    const part = book.feed.since(cursor, now());
    const changes = [...part.changes];
    if (part.kind === 'snapshot')
      blocks.replace(
        changes.flatMap((one) => (one.change === 'put' ? [one.decision] : [])),
        now(),
      );
    else blocks.apply(changes, now());
    cursor = `${part.epoch}:${part.cursor}`;
    if (part.more) catchUp();
  };
  catchUp();
  book.feed.watch(catchUp);
  return blocks;
};

/** Stop it before the lab: it uses the lab's store. */
export const openDecidingService = async (
  core: LabCore,
  options: DecidingOptions = {},
): Promise<DecidingService> => {
  const { onError = () => undefined } = options;
  const deciding = await openDeciding(core, options);
  const remediations = keepRemediations(core.store);
  const timers: NodeJS.Timeout[] = [];
  let gate: RunningGate | null = null;
  const flush = (): Promise<void> => remediations.flush(deciding.now()).catch(onError);
  timers.push(setInterval(() => void flush(), FLUSHED_EVERY).unref());

  /** Tokens of the scope `gate`, looked up without waiting and read again as they change. */
  const gatewayTokens = async (): Promise<GatewayTokens> => {
    let holder = await core.tokens.gateways();
    timers.push(
      setInterval(() => {
        core.tokens.gateways().then((newer) => {
          holder = newer;
        }, onError);
      }, TOKENS_EVERY).unref(),
    );
    return {
      open: false,
      holder: (token) => holder(token),
      bearer: (header) =>
        holder(
          header !== undefined && /^bearer /i.test(header) ? header.slice(7).trim() : undefined,
        ),
    };
  };
  return {
    deciding,
    routes: [
      ...decisionRoutes(deciding, remediations),
      ...appealRoutes(deciding),
      ...policyRoutes(deciding),
    ],
    startGate: async ({ listen, grpc, appealUrl }) => {
      const { book, now } = deciding;
      gate = await startGate({
        ...{ listen, appealUrl, clock: now, feed: book.feed, fault: onError },
        gate: () => book.gate,
        tokens: await gatewayTokens(),
        remediated: remediations.told,
        blocks: blocksOf(deciding),
        ...(grpc === undefined ? {} : { grpc }),
      }).catch((cause: Error) => {
        throw new StillwatchError(
          'LAB_LISTEN_FAILED',
          `the gate: ${cause.message}`,
          'Choose a free port and an address of this machine.',
          { cause },
        );
      });
      return gate;
    },
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      await gate?.close();
      await deciding.close();
      await flush();
    },
  };
};
