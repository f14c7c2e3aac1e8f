/** A PostgreSQL of its own for tests: made in a temporary folder, on a socket, gone afterwards. */
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const INSTALL = 'apt-get install -y postgresql';
const PACKAGES = '/usr/lib/postgresql';

const binaries = (): string => {
  const versions = existsSync(PACKAGES) ? readdirSync(PACKAGES).map(Number) : [];
  const newest = Math.max(
    ...versions.filter((v) => existsSync(join(PACKAGES, String(v), 'bin/initdb'))),
  );
  if (!Number.isFinite(newest)) throw new Error(`PostgreSQL is not installed: ${INSTALL}`);
  return join(PACKAGES, String(newest), 'bin');
};

/** PostgreSQL refuses to run as root, so root becomes the user that the packages made. */
const servant = (): { uid: number; gid: number } | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
};

export interface TestPostgres {
  /** Connection string of a new, empty database. */
  readonly database: () => string;
  /** Kills the server (SIGKILL) and starts it again on the same data. */
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export const startPostgres = async (): Promise<TestPostgres> => {
  const bin = binaries();
  const user = servant();
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-pg-'));
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const run = (name: string, args: readonly string[]): void => {
    execFileSync(join(bin, name), args, {
      ...user,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  };
  run('initdb', [
    '-D',
    data,
    '-A',
    'trust',
    '-U',
    'stillwatch',
    '--no-sync',
    '-E',
    'UTF8',
    '--locale=C',
  ]);
  const psql = (sql: string): void => {
    run('psql', ['-h', folder, '-U', 'stillwatch', '-d', 'postgres', '-qc', sql]);
  };
  // No network at all: a socket in the folder.
  const launch = () => {
    const settings = ['listen_addresses=', 'fsync=off', 'max_connections=300'];
    const args = ['-D', data, '-k', folder, ...settings.flatMap((one) => ['-c', one])];
    const child = spawn(join(bin, 'postgres'), args, { ...user, cwd: folder, stdio: 'ignore' });
    return { child, ended: new Promise<void>((resolve) => child.on('exit', () => resolve())) };
  };
  /** One that does not come up is started again: what was killed may still hold its memory. */
  const start = async (): Promise<ReturnType<typeof launch>> => {
    let server = launch();
    for (let tries = 0; ; tries++) {
      try {
        psql('SELECT 1');
        return server;
      } catch (error) {
        if (tries > 200) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
        if (server.child.exitCode !== null) server = launch();
      }
    }
  };
  let server = await start();
  let made = 0;
  return {
    database: () => {
      const name = `t${++made}`;
      psql(`CREATE DATABASE ${name}`);
      return `postgres://stillwatch@/${name}?host=${encodeURIComponent(folder)}`;
    },
    kill: async () => {
      server.child.kill('SIGKILL');
      await server.ended;
      server = await start();
    },
    stop: async () => {
      server.child.kill('SIGINT');
      await server.ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
