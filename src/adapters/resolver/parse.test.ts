import { describe, expect, test } from 'vitest'
import { hasOwnServers, switchNamesResolved, systemdVersion, usesDnsmasq } from './parse.ts'

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

describe('systemd-resolved', () => {
  test.each([
    ['before dns', 'passwd: files\nhosts: mymachines resolve [!UNAVAIL=return] files myhostname dns\n', true],
    ['alone', 'hosts:files resolve\n', true],
    ['after dns', 'hosts: files dns resolve\n', false],
    ['not at all', 'hosts: files dns\n', false],
    ['no switch', '', false],
  ])('in the name service switch: %s', (_label, nsswitch, expected) => {
    expect(switchNamesResolved(nsswitch)).toBe(expected)
  })

  test.each([
    ['[Resolve]\n#DNS=\n#DNSOverTLS=no\n', false],
    ['[Resolve]\nDNS=192.0.2.1\n', true],
    ['[Resolve]\nDNS=192.0.2.1\n[Resolve]\nDNS=\n', false],
    ['[Resolve]\nDNS=\nDNS=192.0.2.1#dns.example\n', true],
    ['[Resolve]\nDNSOverTLS=yes\n', true],
    ['[Resolve]\nDNSOverTLS=opportunistic\n', false],
    ['[Other]\nDNS=192.0.2.1\n', false],
  ])('servers of its own in %j: %s', (configuration, expected) => {
    expect(hasOwnServers(configuration)).toBe(expected)
  })
})
