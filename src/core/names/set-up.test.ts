import { beforeEach, expect, test } from 'vitest'
import { zoneWith } from '../../../tests/contracts/name-server.ts'
import { createFakeNameServers } from '../../../tests/fakes/fake-name-server.ts'
import { createFakeResolverSetup, type FakeResolverSetup } from '../../../tests/fakes/fake-resolver-setup.ts'
import { nameServersIn } from './resolv-conf.ts'
import { activateSetUp, applySetUp, previewSetUp, type SetUpDeps } from './set-up.ts'

const before = 'nameserver 192.0.2.53\n'
const port = 53
let servers: ReturnType<typeof createFakeNameServers>
let machine: FakeResolverSetup
beforeEach(() => {
  servers = createFakeNameServers()
  machine = createFakeResolverSetup(before)
})

/** A berthd on the machine. Programs there ask the first name server of resolv.conf. */
function berthd({ home = '/home/ada/.berth', daemonUid = 0 } = {}): SetUpDeps {
  const own = servers.serve(zoneWith('tea', '10.224.0.2'))
  return {
    resolverSetup: machine,
    resolver: {
      works: async () => {
        const [address = ''] = nameServersIn(machine.resolvConf())
        return Array.isArray(await servers.ask({ address, port }, 'web.tea.test'))
      },
    },
    wish: { suffix: 'test', server: { address: '127.0.0.1', port: 5354 }, daemonUid, home },
    answerAt: async ({ listen }) => void (await own.listen(listen)),
    rootCommand: (undo) => ['berthd', undo ? 'undo' : 'apply'],
  }
}

test('names work once it is set up, and the resolver is as it was once that is taken back', async () => {
  const deps = berthd()
  const preview = await previewSetUp(deps, { undo: false })
  expect(preview).toMatchObject({ method: 'resolv-conf', inPlace: false, reaches: false })
  expect([machine.resolvConf(), await machine.current()]).toEqual([before, null])
  expect(await applySetUp(deps, { undo: false })).toEqual({ reaches: true })
  expect(await previewSetUp(deps, { undo: false })).toMatchObject({ inPlace: true, changes: [], reaches: true })
  expect(await applySetUp(deps, { undo: true })).toEqual({ reaches: false })
  expect(machine.resolvConf()).toBe(before)
})

test('nobody is sent to a port where somebody else answers', async () => {
  await servers.serve(zoneWith('milk', '10.224.1.2')).listen({ address: '127.0.0.1', port })
  await expect(applySetUp(berthd(), { undo: false })).rejects.toMatchObject({ code: 'PORT_IN_USE' })
  expect([machine.resolvConf(), await machine.current()]).toEqual([before, null])
})

test('without root it is said what to type; the berthd it was done for answers then, and no other', async () => {
  const [ada, eve] = [berthd({ daemonUid: 1000 }), berthd({ daemonUid: 1000, home: '/home/eve/.berth' })]
  machine.uid = 1000
  await expect(applySetUp(ada, { undo: false })).rejects.toMatchObject({
    code: 'NEEDS_ROOT',
    hint: 'sudo berthd apply',
  })
  expect(await activateSetUp(ada)).toEqual({ reaches: false })
  machine.uid = 0
  // as the program for root does it, which cannot answer itself
  await machine.apply(await machine.plan(ada.wish), [])
  expect(await activateSetUp(eve)).toEqual({ reaches: false })
  expect(await activateSetUp(ada)).toEqual({ reaches: true })
  machine.uid = 1000
  await expect(applySetUp(ada, { undo: true })).rejects.toMatchObject({ hint: 'sudo berthd undo' })
})
