import { describe } from 'vitest'
import { createTailscale } from '../src/adapters/tailscale/tailscale.ts'
import { tailnetContract } from './contracts/tailnet.ts'
import { createFakeTailscale, fakeNode } from './fakes/fake-tailscale.ts'

describe('the fake program', () =>
  tailnetContract(async () => {
    const fake = createFakeTailscale()
    fake.nodes.push(fakeNode(2))
    fake.settings.AdvertiseRoutes = ['0.0.0.0/0', '::/0', '192.168.77.0/24']
    const as = (uid: number) => {
      const run: typeof fake.host.run = (argv, options) => {
        fake.uid = uid
        return fake.host.run(argv, options)
      }
      return createTailscale({ host: { run }, homeId: 'home', platform: 'linux', uid, user: 'ada' })
    }
    return {
      tailnet: as(0),
      asNobody: as(65_534),
      turn: async (state) => void (fake.state = state === 'off' ? 'Stopped' : 'Running'),
    }
  }))
