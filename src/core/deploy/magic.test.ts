import { expect, test } from 'vitest'
import type { ComposeModel } from '../ports/compose-model.ts'
import type { ReleaseBundle } from './bundle.ts'
import { fillMagic, magicForBundle, magicToReferences, withServiceUrls } from './magic.ts'

const where = { app: 'shop', context: 'default' }
const modelWith = (environment: Record<string, string>, more: object = {}): ComposeModel => ({
  name: 'shop',
  services: { web: { environment, ...more }, api: {}, worker: {} },
})
const ports = new Map([
  ['web', 80],
  ['api', 3000],
  ['worker', undefined],
])

/** As a bundle is made, and then deployed. */
function made(name: string): unknown {
  const values = magicForBundle([name], where)
  const model = withServiceUrls(modelWith({ VALUE: `<${values[name]}>` }), ports, 'web')
  const text = magicToReferences(model.services['web']?.environment?.['VALUE']?.replaceAll('$', '$$$$') ?? '')
  const bundle = {
    model: modelWith({ VALUE: text }),
    entrance: { service: 'web', port: 80 },
  } as unknown as ReleaseBundle
  const values2 = { release: 'r1', machine: 'prod-1', strategy: 'serial', timestamp: 'now', url: 'http://shop.test' }
  return fillMagic(bundle, values2).model.services['web']?.environment?.['VALUE']
}

test.each([
  ['BERTH_APP', '<shop>'],
  ['BERTH_CONTEXT', '<default>'],
  ['BERTH_RELEASE', '<r1>'],
  ['BERTH_MACHINE', '<prod-1>'],
  ['BERTH_STRATEGY', '<serial>'],
  ['BERTH_TIMESTAMP', '<now>'],
  ['BERTH_URL_WEB', '<http://shop.test>'],
  ['BERTH_URL_API', '<http://api:3000>'],
])('%s is %s', (name, value) => expect(made(name)).toBe(value))

test.each([
  ['BERTH_RELAESE', 'did you mean ${BERTH_RELEASE}?'],
  ['BERTH_URL_APY', 'did you mean ${BERTH_URL_API}?'],
  ['BERTH_URL_WORKER', 'did you mean'],
  ['BERTH_QQQQQQQQQQQQQQ', 'there are BERTH_APP'],
])('%s is refused: %s', (name, hint) => {
  expect(() => made(name)).toThrow(
    expect.objectContaining({ code: 'VARIABLE_UNKNOWN', hint: expect.stringContaining(hint) }),
  )
})

test('an image cannot depend on what comes later', () => {
  const { BERTH_RELEASE = '' } = magicForBundle(['BERTH_RELEASE'], where)
  expect(() => withServiceUrls(modelWith({}, { image: `web:${BERTH_RELEASE}` }), ports, 'web')).toThrow(
    'the image of web depends on ${BERTH_RELEASE}',
  )
})

test("a dollar that is the container's own stays", () => {
  const bundle = { model: modelWith({ A: '$${BERTH_RELEASE} $$$${BERTH_APP}' }), entrance: null }
  const values = { release: 'r1', machine: 'm', strategy: 's', timestamp: 't', url: null }
  const filled = fillMagic(bundle as unknown as ReleaseBundle, values)
  expect(filled.model.services['web']?.environment?.['A']).toBe('$${BERTH_RELEASE} $$$${BERTH_APP}')
})
