import { describe } from 'vitest'
import { storeContract } from './contracts/store.ts'
import { createFakeStore } from './fakes/fake-store.ts'

describe('the store in memory', () => storeContract((clock) => createFakeStore({ clock })))
