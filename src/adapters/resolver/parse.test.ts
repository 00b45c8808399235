import { describe, expect, test } from 'vitest'
import { asksResolved, systemdVersion, usesDnsmasq } from './parse.ts'

test('the version of systemd', () => {
  expect(systemdVersion('systemd 252 (252.39-1~deb12u1)\n+PAM +AUDIT\n')).toBe(252)
  expect(systemdVersion('systemd 245 (245.4-4ubuntu3.23)\n')).toBe(245)
  expect(systemdVersion('')).toBeNull()
})

describe('NetworkManager', () => {
  test.each([
    ['[main]\nplugins=ifupdown,keyfile\ndns=dnsmasq\n', true],
    ['[main]\ndns = dnsmasq\n[logging]\ndns=default\n', true],
    ['[main]\ndns=dnsmasq\n[main]\ndns=systemd-resolved\n', false],
    ['[connection]\ndns=dnsmasq\n', false],
    ['#dns=dnsmasq\n', false],
    ['', false],
  ])('%j → %s', (configuration, expected) => expect(usesDnsmasq(configuration)).toBe(expected))
})

describe('systemd-resolved is what programs ask', () => {
  const plain = 'passwd: files\nhosts: files dns\n'
  test.each([
    ['its stub in resolv.conf', ['127.0.0.53'], plain, true],
    [
      'before dns in the switch',
      ['192.0.2.1'],
      'hosts: mymachines resolve [!UNAVAIL=return] files myhostname dns\n',
      true,
    ],
    ['after dns in the switch', ['192.0.2.1'], 'hosts: files dns resolve\n', false],
    ['it runs, but nobody asks it', ['192.0.2.1'], plain, false],
    ['no switch at all', [], '', false],
  ])('%s', (_label, servers, nsswitch, expected) => expect(asksResolved(servers, nsswitch)).toBe(expected))
})
