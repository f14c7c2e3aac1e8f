/**
 * Whether an address is on the public Internet (IANA special-purpose registries, RFC 6890). A webhook is a
 * request that a member lets the hub make: it must not reach what only the hub's own network can reach.
 */
import { lookup as resolve } from 'node:dns';
import { BlockList, isIPv4, isIPv6, type LookupFunction } from 'node:net';

const special4 = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  special4.addSubnet(network, prefix, 'ipv4');

const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');
// Inside 2000::/3: Teredo and the other special blocks, documentation, and 6to4, which wraps any IPv4.
const special6 = new BlockList();
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  special6.addSubnet(network, prefix, 'ipv6');

export const isPublicAddress = (address: string): boolean => {
  if (isIPv4(address)) return !special4.check(address, 'ipv4');
  return isIPv6(address) && global6.check(address, 'ipv6') && !special6.check(address, 'ipv6');
};

const refused = (): NodeJS.ErrnoException =>
  Object.assign(new Error('the name has an address that is not public'), { code: 'EPRIVATE' });

/**
 * Resolves a name for one connection and refuses it when any of its addresses is private. The connection
 * goes to the address that was looked at: a second answer of the name server cannot change it.
 */
export const publicLookup: LookupFunction = (name, options, callback) => {
  resolve(name, { ...options, all: true }, (error, addresses) => {
    if (error !== null) callback(error, '', 0);
    else if (addresses.length === 0 || !addresses.every(({ address }) => isPublicAddress(address)))
      callback(refused(), '', 0);
    else if (options.all)
      (callback as unknown as (e: null, a: typeof addresses) => void)(null, addresses);
    else callback(null, addresses[0]!.address, addresses[0]!.family);
  });
};
