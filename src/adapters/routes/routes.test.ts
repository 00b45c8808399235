import { expect, test } from 'vitest'
import { parseRoutes, parseTables } from './routes.ts'

/** As Linux shows it: a VPN's table by its number, then the main one. */
const tables = `Id 51820:
  +-- 0.0.0.0/0 2 0 2
     |-- 0.0.0.0
        /0 link UNICAST
Id 52:
  +-- 100.64.0.0/10 2 0 2
     |-- 100.64.0.0
        /10 universe UNICAST
     |-- 100.100.100.100
        /32 universe UNICAST
Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 172.16.0.0/14 2 0 2
        |-- 172.17.0.0
           /16 link UNICAST
        |-- 172.18.0.0
           /15 universe UNICAST
           /16 link UNICAST
        |-- 172.17.255.255
           /32 link BROADCAST
     |-- 10.99.0.0
        /16 universe BLACKHOLE
Local:
  +-- 127.0.0.0/8 2 0 2
     |-- 127.0.0.0
        /8 host LOCAL
`

test('networks of every table of the kernel, and nothing else', () => {
  expect(parseTables(tables)).toEqual(['100.64.0.0/10', '172.17.0.0/16', '172.18.0.0/15', '172.18.0.0/16'])
  expect(parseTables('')).toEqual([])
})

test('the same from the ip program', () => {
  const json = [
    { dst: 'default', dev: 'eth0' },
    { dst: '172.17.0.0/16', dev: 'docker0' },
    { type: 'blackhole', dst: '10.99.0.0/16' },
    { type: 'unicast', dst: '100.64.0.0/10', table: '52' },
    { type: 'local', dst: '127.0.0.1' },
  ]
  expect(parseRoutes(JSON.stringify(json))).toEqual(['172.17.0.0/16', '100.64.0.0/10'])
  expect(parseRoutes('')).toEqual([])
})
