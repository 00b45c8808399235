import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeStep } from './resolver-describe.ts'
import type { FileState, ResolverFacts, ResolverPlan, ResolverRecord, ResolverWish } from './resolver-model.ts'
import { planResolver } from './resolver-plan.ts'
import { filesAfter, planUndo } from './resolver-undo.ts'

const file = (content: string): FileState => ({ kind: 'file', content, mode: 0o644, uid: 0, gid: 0 })
const RESOLV_CONF = '/etc/resolv.conf'
const wish: ResolverWish = {
  suffix: 'test',
  server: { address: '127.0.0.1', port: 5354 },
  daemonUid: 0,
  home: '/home/ada/.berth',
}
const machine = (given: Partial<ResolverFacts> = {}): ResolverFacts => {
  const resolvConf = given.resolvConf ?? 'search lan\nnameserver 192.0.2.53\n'
  return {
    platform: 'linux',
    resolved: null,
    networkManagerDnsmasq: false,
    unprivilegedPortStart: 1024,
    ...given,
    resolvConf,
    files: { [RESOLV_CONF]: file(resolvConf), ...given.files },
  }
}
const resolved = { version: 252, stub: true, inSwitch: false, ownServers: false }
const recordOf = ({ method, wish, service, steps }: ResolverPlan): ResolverRecord => ({
  version: 1,
  method,
  wish,
  service,
  steps,
})
/** The machine after a plan, as far as files go. */
const after = (facts: ResolverFacts, plan: ResolverPlan): ResolverFacts => {
  const files = filesAfter(filesAfter(facts.files, plan.undo), plan.steps)
  const conf = files[RESOLV_CONF]
  return { ...facts, files, resolvConf: conf?.kind === 'file' ? conf.content : facts.resolvConf }
}
const described = (plan: ResolverPlan) => plan.steps.flatMap(describeStep).join('\n')

describe('which way', () => {
  test('systemd-resolved gets a drop-in and a restart', () => {
    const plan = planResolver(
      machine({ resolved, files: { '/etc/systemd/resolved.conf.d': { kind: 'absent' } } }),
      wish,
      null,
    )
    expect(plan).toMatchObject({ method: 'systemd-resolved', service: { listen: wish.server, forwardFrom: null } })
    expect(described(plan)).toBe(`make /etc/systemd/resolved.conf.d/
write /etc/systemd/resolved.conf.d/berth.conf
  + # Berth: names below test
  + [Resolve]
  + DNS=127.0.0.1:5354
  + Domains=~test
run systemctl restart systemd-resolved
  (restart systemd-resolved, so that it reads the file)`)
  })

  test('one that is too old to take a port is passed by', () => {
    expect(planResolver(machine({ resolved: { ...resolved, version: 245 } }), wish, null).method).toBe('resolv-conf')
  })

  test('one that has servers for all names is left alone: through resolv.conf, or not at all', () => {
    const own = { ...resolved, ownServers: true }
    expect(planResolver(machine({ resolved: own, resolvConf: 'nameserver 127.0.0.53\n' }), wish, null)).toMatchObject({
      method: 'resolv-conf',
      service: { listen: { address: '127.0.0.1', port: 53 } },
    })
    expect(() => planResolver(machine({ resolved: { ...own, inSwitch: true } }), wish, null)).toThrow(
      /systemd-resolved 252 alone/,
    )
  })

  test('one that nobody asks does not matter', () => {
    expect(planResolver(machine({ resolved: { ...resolved, stub: false } }), wish, null).method).toBe('resolv-conf')
  })

  test('macOS gets a file of its own for the suffix', () => {
    const plan = planResolver(machine({ platform: 'darwin' }), { ...wish, suffix: 'dev.example' }, null)
    expect(plan.method).toBe('macos')
    expect(described(plan)).toContain(
      'write /etc/resolver/dev.example\n  + # Berth: names below dev.example\n  + nameserver 127.0.0.1\n  + port 5354\n',
    )
  })

  test('NetworkManager with dnsmasq gets a line for it', () => {
    const plan = planResolver(machine({ networkManagerDnsmasq: true }), wish, null)
    expect(plan.method).toBe('networkmanager')
    expect(described(plan)).toContain('  + server=/test/127.0.0.1#5354')
  })

  test('a bare resolv.conf gets one more name server, which listens on port 53 and passes on the rest', () => {
    const plan = planResolver(machine(), wish, null)
    expect(plan).toMatchObject({
      method: 'resolv-conf',
      service: { listen: { address: '127.0.0.1', port: 53 }, forwardFrom: RESOLV_CONF },
      warnings: [],
    })
    expect(described(plan)).toBe(`change /etc/resolv.conf
  + # Berth: names below test (berth setup --undo takes these two lines out)
  + nameserver 127.0.0.1
    search lan
    nameserver 192.0.2.53`)
  })

  test('where 127.0.0.1 is a name server already, the next loopback address is taken', () => {
    const plan = planResolver(machine({ resolvConf: 'nameserver 127.0.0.1\n' }), wish, null)
    expect(plan.service.listen).toEqual({ address: '127.0.0.2', port: 53 })
  })

  test('berthd without root needs port 53 opened', () => {
    const plan = planResolver(machine(), { ...wish, daemonUid: 1000 }, null)
    expect(described(plan)).toContain('run sysctl -w net.ipv4.ip_unprivileged_port_start=53')
    expect(planUndo(plan, after(machine(), plan).files).steps).toContainEqual(
      expect.objectContaining({ argv: ['sysctl', '-w', 'net.ipv4.ip_unprivileged_port_start=1024'] }),
    )
    expect(planResolver(machine({ unprivilegedPortStart: 0 }), { ...wish, daemonUid: 1000 }, null).steps).toHaveLength(
      1,
    )
  })

  test('another platform is refused, and so is a suffix nobody may serve', () => {
    expect(() => planResolver(machine({ platform: 'win32' }), wish, null)).toThrow(/win32/)
    for (const suffix of ['', 'local', 'a.local', 'localhost', '../etc', 'a b', '.test', 'TEST']) {
      expect(() => planResolver(machine(), { ...wish, suffix }, null), suffix).toThrow(/names cannot be served/)
    }
  })
})

describe('warnings', () => {
  const warnings = (facts: ResolverFacts) => planResolver(facts, wish, null).warnings.join('\n')

  test('say who else writes the file, and what does not mix', () => {
    expect(warnings(machine({ resolvConf: '# Generated by NetworkManager\nnameserver 192.0.2.1\n' }))).toContain(
      'written by NetworkManager',
    )
    expect(warnings(machine({ resolvConf: 'options rotate timeout:1\n' }))).toContain('rotate')
    expect(
      warnings(machine({ files: { [RESOLV_CONF]: { kind: 'link', target: '../run/resolvconf/resolv.conf' } } })),
    ).toContain('is a link')
  })
})

describe('a link', () => {
  const linked = machine({ files: { [RESOLV_CONF]: { kind: 'link', target: '../run/resolvconf/resolv.conf' } } })

  test('becomes a file; the name servers are still read where it led; undo makes it a link again', () => {
    const plan = planResolver(linked, wish, null)
    expect(plan.service.forwardFrom).toBe('/run/resolvconf/resolv.conf')
    const undone = filesAfter(after(linked, plan).files, planUndo(plan, after(linked, plan).files).steps)
    expect(undone).toEqual(linked.files)
  })

  test('done again changes nothing', () => {
    const plan = planResolver(linked, wish, null)
    expect(planResolver(after(linked, plan), wish, recordOf(plan))).toMatchObject({ steps: [], undo: [] })
  })
})

describe('laws', () => {
  const line = fc.constantFrom(
    'nameserver 192.0.2.1',
    'nameserver 127.0.0.1',
    '# note',
    'options rotate',
    'search lan',
    '',
    '\xe9',
  )
  const contents = fc.oneof(
    fc.array(line).map((lines) => lines.join('\n')),
    fc.string({ unit: 'binary', maxLength: 60 }),
  )
  const machines = fc
    .record({
      resolvConf: contents,
      resolved: fc.constantFrom(null, resolved, { ...resolved, ownServers: true }),
      platform: fc.constantFrom('linux', 'darwin'),
      unprivilegedPortStart: fc.constantFrom(0, 1024),
    })
    .map(machine)
  const wishes = fc
    .record({ suffix: fc.constantFrom('test', 'dev', 'a.example'), daemonUid: fc.constantFrom(0, 1000) })
    .map((given) => ({ ...wish, ...given }))

  test('undo brings back every byte', () => {
    fc.assert(
      fc.property(machines, wishes, (facts, wish) => {
        const plan = planResolver(facts, wish, null)
        const done = after(facts, plan)
        const { steps, warnings } = planUndo(plan, done.files)
        const undone = filesAfter(done.files, steps)
        for (const [path, state] of Object.entries(facts.files)) expect(undone[path]).toEqual(state)
        for (const path of Object.keys(undone))
          if (!(path in facts.files)) expect(undone[path]).toEqual({ kind: 'absent' })
        expect(warnings).toEqual([])
      }),
    )
  })

  test('asking twice changes nothing the second time; asking for something else undoes the first', () => {
    fc.assert(
      fc.property(machines, wishes, wishes, (facts, first, second) => {
        const plan = planResolver(facts, first, null)
        const done = after(facts, plan)
        expect(planResolver(done, first, recordOf(plan))).toMatchObject({ steps: [], undo: [] })
        const changed = planResolver(done, second, recordOf(plan))
        const files = changed.steps.length === 0 ? done.files : after(done, changed).files
        const fresh = after(facts, planResolver(facts, second, null)).files
        for (const [path, state] of Object.entries(fresh)) expect(files[path]).toEqual(state)
      }),
    )
  })

  test('what something else wrote meanwhile survives undo, and our lines do not', () => {
    fc.assert(
      fc.property(contents, contents, (content, appended) => {
        fc.pre(appended !== '' && !content.includes('\r') && !appended.includes('# Berth'))
        const facts = machine({ resolvConf: content })
        const plan = planResolver(facts, wish, null)
        const done = after(facts, plan)
        const changed = { ...done.files, [RESOLV_CONF]: file(`${done.resolvConf}${appended}`) }
        const { steps, warnings } = planUndo(plan, changed)
        expect(filesAfter(changed, steps)[RESOLV_CONF]).toEqual(file(`${content}${appended}`))
        expect(warnings).toEqual(['/etc/resolv.conf was changed by something else; that change stays'])
      }),
    )
  })
})
