import { expect, test } from 'vitest'
import { firewallFor, firewallWithout } from './firewall.ts'

const end = { name: 'bertha', address: '10.223.0.2', port: null, peers: [] }
const saved = `*nat
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
COMMIT
*filter
:INPUT ACCEPT [0:0]
:DOCKER-USER - [0:0]
-A DOCKER-USER -j RETURN
COMMIT
`

test('the end that calls lets in nothing but answers', () => {
  expect(firewallFor({ ...end, admits: null }, saved)).toBe(`*filter
:BERTH-bertha - [0:0]
-A BERTH-bertha -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A BERTH-bertha -j DROP
-I INPUT 1 -i bertha -m comment --comment BERTH-bertha -j BERTH-bertha
-I DOCKER-USER 1 -i bertha -m comment --comment BERTH-bertha -j BERTH-bertha
COMMIT
`)
})

test('the end that is called lets peers reach its envs and the echo, and nothing else', () => {
  const admits = { networks: ['10.225.0.0/26'], echoPort: 4000, from: '10.223.0.0/16' }
  const text = firewallFor({ ...end, admits }, '')
  expect(text).toContain(
    '-A BERTH-bertha -d 10.225.0.0/26 -j ACCEPT\n-A BERTH-bertha -p udp -m udp --dport 4000 -j ACCEPT\n-A BERTH-bertha -j DROP\n',
  )
  expect(text).toContain('-I FORWARD 1 -i bertha ')
  expect(text).toContain(
    '*nat\n-A POSTROUTING -s 10.223.0.0/16 ! -o bertha -m comment --comment BERTH-bertha -j MASQUERADE\nCOMMIT\n',
  )
  expect(text).toContain('*raw\n-I PREROUTING 1 -i bertha -m comment --comment BERTH-bertha -j ACCEPT\nCOMMIT\n')
})

const ours = saved.replace(':DOCKER-USER', ':BERTH-bertha - [0:0]\n:BERTH-berthab - [0:0]\n:DOCKER-USER').replace(
  '-A DOCKER-USER -j',
  `-A INPUT -i bertha -m comment --comment BERTH-bertha -j BERTH-bertha
-A INPUT -i berthab -m comment --comment BERTH-berthab -j BERTH-berthab
-A BERTH-bertha -j DROP
-A DOCKER-USER -j`,
)

test('its rules are written anew, not twice, and no other interface’s are touched', () => {
  const text = firewallFor({ ...end, admits: null }, ours)
  expect(text).toContain('-D INPUT -i bertha -m comment --comment BERTH-bertha -j BERTH-bertha\n')
  expect(text).not.toContain('berthab')
})

test('all of it goes, and nothing else', () => {
  expect(firewallWithout('bertha', ours)).toBe(`*filter
-F BERTH-bertha
-D INPUT -i bertha -m comment --comment BERTH-bertha -j BERTH-bertha
-X BERTH-bertha
COMMIT
`)
  expect(firewallWithout('bertha', saved)).toBe('')
})
