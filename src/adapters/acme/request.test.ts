import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { newKey, requestFor } from './request.ts'

test.each(['a.example.com', '*.example.com', `${'x'.repeat(60)}.${'y'.repeat(60)}.example.com`])(
  'openssl reads a request for %s as it was meant, and its signature is right',
  (domain) => {
    const argv = ['req', '-inform', 'DER', '-noout', '-text', '-verify']
    const { status, stdout, stderr } = spawnSync('openssl', argv, { input: requestFor(domain, newKey()) })
    expect(status, stderr.toString()).toBe(0)
    expect(stderr.toString()).toMatch(/verify OK/i)
    expect(stdout.toString()).toContain(`DNS:${domain}\n`)
  },
)
