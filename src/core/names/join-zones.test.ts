import { expect, test } from 'vitest'
import { joinZones, type OtherZone } from './join-zones.ts'
import type { NamedEnv } from './model.ts'
import { buildZone } from './zone.ts'

const env = (name: string, address: string): NamedEnv => ({
  project: 'shop',
  env: name,
  createdAt: '',
  ingress: 'web',
  extraNames: [],
  services: [{ service: 'web', ipv4: [address], ipv6: [], ports: [8000] }],
})
const other = (machine: string, ...envs: NamedEnv[]): OtherZone => ({
  named: buildZone(envs, { suffix: `${machine}.test` }),
  bare: buildZone(envs, { suffix: 'test' }),
})
const own = buildZone([env('tea', '10.0.0.2')], { suffix: 'test' })
const zone = joinZones(own, [
  other('big-box', env('feat', '127.70.0.1'), env('tea', '127.70.0.2'), env('both', '127.70.0.3')),
  other('vps', env('both', '127.71.0.1')),
])
const leads = (name: string) => {
  const answer = zone.lookup(name, 'A')
  return answer.kind === 'records' ? answer.records.map((record) => ('data' in record ? record.data : '')) : answer.kind
}

test.each([
  ['web.feat.big-box.test', ['127.70.0.1']],
  ['feat.big-box.test', ['127.70.0.1']],
  ['web.feat.test', ['127.70.0.1']],
  ['web.tea.test', ['10.0.0.2']],
  ['web.tea.big-box.test', ['127.70.0.2']],
  ['web.both.test', 'no-name'],
  ['web.both.vps.test', ['127.71.0.1']],
  ['web.none.big-box.test', 'no-name'],
  ['example.com', 'refused'],
])('%s leads to %s', (name, expected) => {
  expect(leads(name)).toEqual(expected)
  expect(zone.find(name)?.ipv4).toEqual(Array.isArray(expected) ? expected : undefined)
})
