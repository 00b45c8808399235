import { parse } from 'smol-toml'
import { expect, test } from 'vitest'
import { deploySchema } from '../config/deploy-schema.ts'
import { deployTable, type InitFacts } from './init-text.ts'

const facts: InitFacts = {
  app: 'shop',
  domains: [],
  entrance: { service: 'web', port: 80 },
  hasHealthcheck: false,
  services: [
    { service: 'web', mode: 'beside', reason: null },
    { service: 'db', mode: 'in-place', reason: 'it writes to data' },
  ],
}
const deploy = (more: Partial<InitFacts>) =>
  deploySchema.parse((parse(deployTable({ ...facts, ...more })) as { deploy: unknown }).deploy)

test('what is written is a [deploy] table that berth.toml may have', () => {
  expect(deploy({})).toEqual({
    app: 'shop',
    ingress: 'web',
    health: { path: '/', timeout: 60 },
    drain: 10,
    retention: 5,
  })
  expect(deploy({ domains: ['shop.example.com'], hasHealthcheck: true })).toMatchObject({
    domains: ['shop.example.com'],
  })
  expect(deploy({ entrance: { service: 'db', port: 5432 } }).health).toEqual({ kind: 'tcp', timeout: 60 })
  expect(deploy({ entrance: null })).toEqual({ app: 'shop', drain: 10, retention: 5 })
  expect(deployTable(facts)).toContain('\n#   db: it writes to data\n')
})

test.each(['x\ndrain = 99', 'x"\ndrain = 99 #', 'x\r\ndrain = 99', 'x\u2028drain = 99'])(
  'a service called %j ends no line of it',
  (service) => {
    const services = [{ service, mode: 'in-place' as const, reason: service }]
    expect(deploy({ entrance: { service, port: 80 }, services })).toMatchObject({ ingress: service, drain: 10 })
  },
)
