import { expect, test } from 'vitest'
import { locateFault } from './locate-fault.ts'

const base = {
  file: '/p/compose.yaml',
  text: `services:
  web:
    image: "x:\${TAG:?set the tag}"
    portz: ["80"]
    depends_on:
      - db
    volumes: ["data:/x"]
    env_file: conf/nope.env
`,
}

const at = (said: string, ...more: { file: string; text: string }[]) => {
  const place = locateFault(said, [base, ...more])
  return place && `${place.file}:${place.line}:${place.column}`
}

test('a path in the model is found in the file, its unknown property too', () => {
  expect(at('validating /p/compose.yaml: services.web Additional property portz is not allowed')).toBe(
    '/p/compose.yaml:4:5',
  )
  expect(at('error while interpolating services.web.image: required variable TAG is missing a value: x')).toBe(
    '/p/compose.yaml:3:5',
  )
})

test('a name that is not defined is found where it is used', () => {
  expect(at('service "web" depends on undefined service "db": invalid compose project')).toBe('/p/compose.yaml:6:9')
  expect(at('service "web" refers to undefined volume data: invalid compose project')).toBe('/p/compose.yaml:7:15')
})

test('a file that is not there is found where it is named', () => {
  expect(at('env file /p/conf/nope.env not found: stat /p/conf/nope.env: no such file or directory')).toBe(
    '/p/compose.yaml:8:15',
  )
  expect(
    at('open /p/gone.yaml: no such file or directory', { file: '/p/b.yaml', text: 'include:\n  - gone.yaml\n' }),
  ).toBe('/p/b.yaml:2:5')
})

test('of several files the one that says most counts', () => {
  expect(at('services.web.ports must be a list', { file: '/p/b.yaml', text: 'services: { web: { ports: 80 } }' })).toBe(
    '/p/b.yaml:1:20',
  )
})

test('broken YAML is found where it breaks, in the words of the reader', () => {
  const broken = { file: '/p/b.yaml', text: 'services:\n  web:\n    image: x\n   foo: [\n' }
  const place = locateFault('yaml: line 1: did not find expected key', [base, broken])
  expect(place).toMatchObject({ file: '/p/b.yaml', line: 4, message: expect.any(String) })
  expect(
    at('yaml: unmarshal errors:\n  line 3: mapping key "web" already defined', {
      file: '/p/c.yaml',
      text: 'services:\n  web: {}\n  web: {}\n',
    }),
  ).toBe('/p/c.yaml:3:3')
})

test('words that fit no place give none', () => {
  expect(at('empty compose file')).toBeUndefined()
})
