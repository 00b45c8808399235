import { expect, test } from 'vitest'
import type { MovedPool, MovePoolRequest } from '../../envs/move-pool.ts'
import { AppError } from '../../errors.ts'
import type { OperationEvent } from '../../operations/model.ts'
import type { MachineRecord } from '../model.ts'
import { settlePool } from './settle-pool.ts'

const machine = (name: string, pool: string | undefined): MachineRecord => ({
  context: 'default',
  name,
  destination: name,
  tunnel: 'ssh',
  id: `id-${name}`,
  pool,
  home: '/root/.berth',
  socket: '/root/.berth/berthd.sock',
  connectedAt: '2026-01-01T00:00:00.000Z',
})

interface World {
  others?: MachineRecord[]
  routes?: string[]
  answer?: Partial<MovedPool> | AppError
}

async function settle(newcomer: MachineRecord, { others = [], routes = [], answer = {} }: World = {}) {
  const asked: MovePoolRequest[] = []
  const said: string[] = []
  const pool = await settlePool(
    {
      store: { machines: async () => others },
      network: { pool: '10.224.0.0/16', machines: '10.224.0.0/11' },
      routes: async () => routes,
      move: async (_, request) => {
        asked.push(request)
        if (answer instanceof AppError) throw answer
        return { pool: '10.240.0.0/16', moved: true, fixed: false, envs: [], ...answer }
      },
    },
    newcomer,
    (event: OperationEvent) => said.push('line' in event ? event.line : 'message' in event ? event.message : ''),
  )
  return { pool, asked, said }
}

test('a machine whose pool nobody uses is left alone, and so is one that is connected twice', async () => {
  const far = machine('big-box', '10.230.0.0/16')
  expect(await settle(far, { others: [machine('other', '10.231.0.0/16')] })).toMatchObject({ asked: [], said: [] })
  expect(await settle(far, { others: [{ ...far, name: 'again' }] })).toMatchObject({ asked: [] })
  expect(await settle(machine('old', undefined))).toMatchObject({ asked: [], pool: undefined })
})

test.each<[string, string, World]>([
  ['this machine', '10.224.0.0/16', {}],
  ['another machine', '10.230.0.0/16', { others: [machine('other', '10.230.128.0/17')] }],
  ['a network in use here', '10.230.0.0/16', { routes: ['10.230.7.0/24'] }],
])('one that overlaps %s moves, away from everything there is', async (_, pool, world) => {
  const settled = await settle(machine('big-box', pool), world)
  expect(settled.pool).toBe('10.240.0.0/16')
  expect(settled.asked).toEqual([
    {
      clear: ['10.224.0.0/16', ...(world.others ?? []).map((one) => one.pool), ...(world.routes ?? [])],
      within: '10.224.0.0/11',
    },
  ])
  expect(settled.said).toEqual([`new envs of big-box get addresses of 10.240.0.0/16: ${pool} is in use here`])
})

test('envs that keep their addresses for now are named', async () => {
  const envs = [{ project: 'shop', name: 'feat', subnet: '10.224.0.0/26' }]
  const { said } = await settle(machine('big-box', '10.224.0.0/16'), { answer: { envs } })
  expect(said[1]).toBe('shop/feat there keeps 10.224.0.0/26 until it is down and comes up again')
})

test.each<[string, World]>([
  ['config.toml there names it', { answer: { pool: '10.224.0.0/16', moved: false, fixed: true } }],
  ['the new one is no better', { answer: { pool: '10.224.128.0/17' } }],
  ['nothing is free', { answer: new AppError('SUBNET_EXHAUSTED', 'no free /16 is left') }],
])('one that cannot move is said, and connected all the same: %s', async (_, world) => {
  const { pool, said } = await settle(machine('big-box', '10.224.0.0/16'), world)
  expect(pool).toBe('10.224.0.0/16')
  expect(said[0]).toContain('envs of big-box get addresses of 10.224.0.0/16, which overlap 10.224.0.0/16 here')
})
