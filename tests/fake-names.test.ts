import { describe, expect, test } from 'vitest'
import { nameServerContract } from './contracts/name-server.ts'
import { setUpAndBack, setUpWithoutRoot, wasRefused, wasSetUpAndBack } from './contracts/resolver-setup.ts'
import { createFakeNameServers } from './fakes/fake-name-server.ts'
import { createFakeResolverSetup } from './fakes/fake-resolver-setup.ts'

describe('the fake name server', () => nameServerContract(createFakeNameServers()))

describe('the fake resolver', () => {
  const wish = { suffix: 'test', server: { address: '127.0.0.1', port: 5354 }, daemonUid: 0, home: '/home/ada/.berth' }

  test.each([0, 1000])('is set up for a berthd of user %d, and as it was again', async (daemonUid) => {
    const setup = createFakeResolverSetup()
    expect(await setUpAndBack(setup, { ...wish, daemonUid })).toEqual(wasSetUpAndBack)
    expect(setup.resolvConf()).toBe('nameserver 192.0.2.53\n')
  })

  test('is for root alone to change', async () => {
    const setup = createFakeResolverSetup()
    setup.uid = 1000
    expect(await setUpWithoutRoot(setup, wish)).toEqual(wasRefused)
  })
})
