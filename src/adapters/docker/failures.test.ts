/** Every message here was printed by Compose 2.26.1 on Docker 20.10. */
import { expect, test } from 'vitest'
import { composeFailure, refusal, unreachable } from './failures.ts'

const config = (stderr: string) => composeFailure('config', stderr, 15)
const up = (stderr: string) => composeFailure('up', stderr, 1)

test.each([
  [
    'validating /p/compose.yaml: services.web Additional property portz is not allowed',
    'services.web Additional property portz is not allowed',
  ],
  [
    'service "web" depends on undefined service "db": invalid compose project',
    'service "web" depends on undefined service "db"',
  ],
  [
    'error while interpolating services.web.image: required variable TAG is missing a value: set the tag',
    'required variable TAG is missing a value: set the tag',
  ],
  [
    'env file /p/nope.env not found: stat /p/nope.env: no such file or directory',
    'the env file /p/nope.env does not exist',
  ],
  ['open /p/nope.yaml: no such file or directory', 'the file /p/nope.yaml does not exist'],
  [
    'yaml: unmarshal errors:\n  line 3: mapping key "web" already defined at line 2',
    'yaml: unmarshal errors: line 3: mapping key "web" already defined at line 2',
  ],
  [
    'invalid interpolation format for services.web.image.\nYou may need to escape any $ with another $.\nx:${TAG',
    'invalid interpolation format for services.web.image. You may need to escape any $ with another $. x:${TAG',
  ],
  [
    'time="2026-11-21T06:05:57Z" level=warning msg="The \\"X\\" variable is not set."\nempty compose file',
    'empty compose file',
  ],
])('%s', (stderr, message) => {
  expect(config(stderr)).toMatchObject({ code: 'COMPOSE_INVALID', message, stage: 'config' })
})

test('a required variable is named, and where to set it', () => {
  expect(
    config('error while interpolating services.web.image: required variable TAG is missing a value: x'),
  ).toMatchObject({
    details: { variable: 'TAG' },
    hint: expect.stringContaining('set TAG'),
  })
})

test('a service that is not there', () => {
  expect(up('no such service: nosuch')).toMatchObject({
    code: 'SERVICE_NOT_FOUND',
    message: 'the project has no service nosuch',
  })
})

test('a build that fails says how, without the builder’s own paths', () => {
  expect(up('unable to prepare context: path "/p/nope" not found')).toMatchObject({
    code: 'COMPOSE_INVALID',
    message: 'the build context /p/nope does not exist',
  })
  const frontend = 'failed to solve: rpc error: code = Unknown desc = failed to solve with frontend dockerfile.v0: '
  expect(
    up(
      `${frontend}failed to read dockerfile: open /var/lib/docker/tmp/buildkit-mount669921704/Dockerfile: no such file or directory`,
    ),
  ).toMatchObject({
    code: 'BUILD_FAILED',
    message: 'failed to read dockerfile: open Dockerfile: no such file or directory',
  })
  expect(
    up(
      '#5 ERROR: executor failed running [/bin/sh -c exit 3]: exit code: 3\nfailed to solve: executor failed running [/bin/sh -c exit 3]: exit code: 3',
    ),
  ).toMatchObject({
    code: 'BUILD_FAILED',
    message: 'executor failed running [/bin/sh -c exit 3]: exit code: 3',
  })
})

test('an image that cannot be had names the service', () => {
  const reason = 'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host'
  expect(up(` web Pulling \n web Error ${reason}\nError response from daemon: ${reason}`)).toMatchObject({
    code: 'IMAGE_UNAVAILABLE',
    message: `the image of web could not be pulled: ${reason}`,
  })
})

test('a subnet, a port and an address that are taken are told apart', () => {
  expect(
    up(
      'failed to create network x_default: Error response from daemon: Pool overlaps with other one on this address space',
    ).code,
  ).toBe('SUBNET_TAKEN')
  expect(
    up(
      'Error response from daemon: driver failed programming external connectivity on endpoint b-1 (570c63): Bind for 127.0.0.1:18999 failed: port is already allocated',
    ),
  ).toMatchObject({
    code: 'PORT_IN_USE',
    message: 'Bind for 127.0.0.1:18999 failed: port is already allocated',
  })
  expect(up('Error response from daemon: Address already in use').code).toBe('COMPOSE_FAILED')
})

test('a command that does not exist is no missing build context', () => {
  const stderr = ` Container x-web-1  Starting
Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/nope": stat /nope: no such file or directory: unknown`
  expect(up(stderr)).toMatchObject({
    code: 'COMPOSE_FAILED',
    message: 'exec: "/nope": stat /nope: no such file or directory',
  })
})

test('a full disk and an absent engine are seen at every stage', () => {
  for (const stage of ['config', 'up', 'down'] as const) {
    expect(composeFailure(stage, 'Error response from daemon: write /x: no space left on device', 1).code).toBe(
      'DISK_FULL',
    )
    expect(
      composeFailure(stage, 'Cannot connect to the Docker daemon at unix:///nope. Is the docker daemon running?', 1)
        .code,
    ).toBe('ENGINE_UNAVAILABLE')
  }
  expect(refusal(500, '{"message":"write /x: no space left on device"}')).toMatchObject({
    code: 'DISK_FULL',
    details: { status: 500 },
  })
})

test('what the engine refuses is said in its words', () => {
  expect(refusal(403, '{"message":"network x has active endpoints"}')).toMatchObject({
    code: 'ENGINE_FAILED',
    message: 'the engine said: network x has active endpoints',
    details: { status: 403 },
  })
  expect(refusal(502, '<html>bad gateway</html>').message).toBe('the engine said: <html>bad gateway</html>')
})

test('a socket without permission hints at the group', () => {
  const denied = Object.assign(new Error('x'), { code: 'EACCES' })
  expect(unreachable('unix:///var/run/docker.sock', denied)).toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    hint: expect.stringContaining('docker group'),
  })
})

test('an empty failure still says something', () => {
  expect(composeFailure('down', '', 137).message).toBe('docker compose ended with exit code 137')
})
