/** What goes into the proxies' configurations: whatever it holds, it stays the value it is. */
import { expect, test } from 'vitest'
import { caddy } from '../src/adapters/caddy/caddy.ts'
import { traefik } from '../src/adapters/traefik/traefik.ts'
import { firstPorts, type IngressProgram, type IngressState } from '../src/core/ports/ingress.ts'

const programs = [caddy, traefik]
const state = (more: Partial<IngressState> = {}): IngressState => ({
  routes: [
    {
      app: 'a1',
      deployment: 'd1',
      hosts: ['shop.example.com', '*.example.com', 'plain.example.com'],
      secureHosts: ['shop.example.com', '*.example.com'],
      ownHost: 'd1.shop.berth.internal',
      upstreams: ['shop-a1-d1:80'],
      canary: null,
    },
  ],
  certificates: [{ certificate: 'certificates/1.crt', key: 'certificates/1.key' }],
  answers: { '/.well-known/acme-challenge/t': 'answer' },
  tls: { port: 443, hstsSeconds: 600 },
  ...more,
})
const configuration = (program: IngressProgram, of: IngressState) =>
  JSON.parse(
    program.files(of, { ...firstPorts, isLeaving: false }).find(({ path }) => /\.(json|yaml)$/.test(path))?.text ?? '',
  ) as object
/** Its keys and the kinds of its values, without the values. */
const shape = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(shape)
    : value !== null && typeof value === 'object'
      ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shape(one)]))
      : typeof value

const evil = ['"', '\\', '\n', '}', '{http.request.uri}', '${HOME}', '{{ .Env }}', '\0', '\u2028', "'; id; '", 'a: b']

test.each(programs)('$name: a value of any kind changes no key of the configuration', (program) => {
  const usual = shape(configuration(program, state()))
  for (const text of evil) {
    const routes = state().routes.map((route) => ({ ...route, deployment: text, upstreams: [text] }))
    const answers = { '/.well-known/acme-challenge/t': text }
    expect(shape(configuration(program, state({ routes, answers }))), text).toEqual(usual)
  }
})

test.each(programs)('$name: what only some states have is left out, not empty', (program) => {
  for (const more of [{ routes: [] }, { tls: null }, { answers: {} }, { certificates: [] }]) {
    const text = JSON.stringify(configuration(program, state(more)))
    expect(text).not.toMatch(
      program === traefik ? /"(routers|middlewares|services|certificates)":(\{\}|\[\])/ : /undefined/,
    )
  }
})

test.each(programs)('$name: neither an admin port nor a dashboard is listened on', (program) => {
  const options = { image: 'x', directory: '/d', isSecure: true, migratesConnections: true }
  const instance = { httpPort: 8100, tlsPort: 8101, isLeaving: false }
  const service = JSON.stringify([program.service(options, instance), program.files(state(), instance)])
  expect(service).not.toMatch(/dashboard|api\.insecure|2019|docker\.sock/)
  const ports = [...service.matchAll(/[^0-9]:(8\d{3})\b/g)].map(([, port]) => port)
  expect(new Set(ports)).toEqual(new Set(['8100', '8101']))
})
