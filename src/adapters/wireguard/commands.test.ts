import { expect, test } from 'vitest'
import { batchFor, configureDevice } from './commands.ts'
import { parseDump } from './parse.ts'

const peer = {
  publicKey: 'PEER=',
  address: '10.223.0.2',
  endpoint: { host: '192.0.2.7', port: 51_820 },
  networks: ['10.225.0.0/26'],
}
const device = { name: 'bertha', address: '10.223.0.9', port: null, peers: [peer], admits: null }
const nothing = { port: 0, peers: [] }

test('the private key is named by its file, and stands in no command line', () => {
  expect(configureDevice(device, '/home/tunnels/bertha.key', nothing).join(' ')).toBe(
    'wg set bertha private-key /home/tunnels/bertha.key peer PEER= endpoint 192.0.2.7:51820 persistent-keepalive 5 allowed-ips 10.223.0.2/32,10.225.0.0/26',
  )
})

test('peers that are gone are removed, a session that is forgotten over there is begun anew', () => {
  const words = configureDevice(
    { ...device, port: 51_820, peers: [{ ...peer, afresh: true, endpoint: { host: '2001:db8::1', port: 7 } }] },
    'key',
    { port: 51_820, peers: [{ publicKey: 'OLD=' }, { publicKey: 'PEER=' }] },
  ).join(' ')
  expect(words).toContain('key peer OLD= remove peer PEER= remove peer PEER= endpoint [2001:db8::1]:7 ')
  expect(words).not.toContain('listen-port')
})

test('addresses and routes become those wanted', () => {
  const now = { addresses: ['10.223.0.1'], routes: ['10.223.0.2', '10.240.0.0/26'] }
  expect(batchFor(device, 'berth home', now).split('\n')).toEqual([
    'link set dev bertha alias "berth home"',
    'address delete 10.223.0.1/32 dev bertha',
    'address add 10.223.0.9/32 dev bertha',
    'link set dev bertha mtu 1420 up',
    'route delete 10.240.0.0/26 dev bertha',
    'route replace 10.223.0.2 dev bertha src 10.223.0.9',
    'route replace 10.225.0.0/26 dev bertha src 10.223.0.9',
    '',
  ])
})

test('what wg says is read without the private key in its first line', () => {
  const dump =
    'PRIVATE=\tOWN=\t51820\toff\nA=\t(none)\t192.0.2.1:5\t10.223.0.3/32,10.225.0.0/26\t1700000000\t1\t2\t5\nB=\t(none)\t(none)\t(none)\t0\t0\t0\toff\n'
  const read = parseDump(dump)
  expect(JSON.stringify(read)).not.toContain('PRIVATE')
  expect(read).toEqual({
    port: 51_820,
    peers: [
      { publicKey: 'A=', addresses: ['10.223.0.3/32', '10.225.0.0/26'], handshakeAt: new Date(1_700_000_000_000) },
      { publicKey: 'B=', addresses: [], handshakeAt: null },
    ],
  })
})
