import { expect, test } from 'vitest'
import { digestComposeSources, readComposeSources } from './compose-sources.ts'

const disk = (files: Record<string, string>) => (path: string) => Promise.resolve(files[path])
const project = (...names: string[]) => ({
  project: 'x',
  profiles: [],
  directory: '/p',
  files: names.map((name) => `/p/${name}`),
  variables: {},
})

/** Variables without those that Compose itself reads. */
async function sources(files: Record<string, string>, of = project('compose.yaml')) {
  const { files: found, variables } = await readComposeSources(disk(files), of)
  return { files: found, variables: variables.filter((name) => !/^(COMPOSE|DOCKER)_/.test(name)) }
}

test('variables come from values, pass-through entries, build arguments and secrets', async () => {
  const { variables } = await sources({
    '/p/compose.yaml': `
# $COMMENT
x-env: &env { ANCHORED: , PLAIN: value }
services:
  web:
    image: "app:\${TAG:-\${FALLBACK}}"
    command: echo $$NOT $YES
    environment: [KEY, FULL=1, "WITH=$IN_VALUE"]
    build: { args: { ARG: , OTHER: "1" } }
  db:
    environment: { <<: *env, NULL_KEY: }
secrets: { token: { environment: TOKEN } }
`,
  })
  expect(variables).toEqual(['ANCHORED', 'ARG', 'FALLBACK', 'IN_VALUE', 'KEY', 'NULL_KEY', 'TAG', 'TOKEN', 'YES'])
})

test('the directory is never taken from the shell', async () => {
  expect((await sources({ '/p/compose.yaml': 'services: {a: {image: "$PWD/$HOME"}}' })).variables).toEqual(['HOME'])
})

test('extends, include, env_file and .env are followed, each from its own directory', async () => {
  const { files, variables } = await sources({
    '/p/compose.yaml': `
include:
  - db/compose.yaml
  - { path: [more/a.yaml, more/b.yaml], project_directory: more/root, env_file: more/x.env }
  - oci://example.com/x
services:
  web: { extends: { file: "\${BASE}/common.yaml", service: web }, env_file: [web.env, { path: opt.env, required: false }] }
`,
    '/p/.env': 'BASE=base\nX=$FROM_DOTENV\n',
    '/p/web.env': 'BARE\nA=\'$QUOTED\'\nB="$EXPANDED"\n',
    '/p/base/common.yaml': 'services: {web: {env_file: common.env, image: "$COMMON"}}',
    '/p/db/compose.yaml': 'services: {db: {image: "$DB_TAG", extends: {file: "${DB_BASE}.yaml", service: x}}}',
    '/p/db/.env': 'DB_BASE=parent',
    '/p/db/parent.yaml': 'services: {x: {image: "$PARENT"}}',
    '/p/more/a.yaml': 'services: {m: {image: "$MORE"}}',
  })
  expect(files.sort()).toEqual([
    '/p/.env',
    '/p/base/common.env',
    '/p/base/common.yaml',
    '/p/compose.yaml',
    '/p/db/.env',
    '/p/db/compose.yaml',
    '/p/db/parent.yaml',
    '/p/more/a.yaml',
    '/p/more/b.yaml',
    '/p/more/x.env',
    '/p/opt.env',
    '/p/web.env',
  ])
  expect(variables).toEqual([
    'BARE',
    'BASE',
    'COMMON',
    'DB_BASE',
    'DB_TAG',
    'EXPANDED',
    'FROM_DOTENV',
    'MORE',
    'PARENT',
  ])
})

test('files that include each other are read once', async () => {
  const { files } = await sources({ '/p/compose.yaml': 'include: [a.yaml]', '/p/a.yaml': 'include: [compose.yaml]' })
  expect(files).toEqual(['/p/.env', '/p/compose.yaml', '/p/a.yaml'])
})

test('a file that is no YAML still gives what can be read of it', async () => {
  expect((await sources({ '/p/compose.yaml': 'services:\n  a: {image: "$TAG"}\n b: [' })).files).toEqual([
    '/p/.env',
    '/p/compose.yaml',
  ])
})

test('the digest changes with contents, with files that come and go, and with values', async () => {
  const files: Record<string, string> = { '/p/compose.yaml': 'services: {a: {image: "$TAG"}}' }
  const found = await readComposeSources(disk(files), project('compose.yaml'))
  const digest = (more: Record<string, string> = {}, variables = {}) =>
    digestComposeSources(disk({ ...files, ...more }), found, { ...project('compose.yaml'), variables })
  const first = await digest()
  expect(await digest()).toBe(first)
  expect(await digest({ '/p/unrelated': 'x' }, { UNRELATED: '1' })).toBe(first)
  const others = [
    await digest({ '/p/.env': '' }),
    await digest({ '/p/compose.yaml': 'services: {}' }),
    await digest({}, { TAG: '1' }),
  ]
  expect(new Set([first, ...others]).size).toBe(4)
})
