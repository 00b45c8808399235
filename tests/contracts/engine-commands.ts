/** Commands the contract runs in containers: a fake knows them by heart. */
export const contractCommands = {
  forever: ['sleep', '1000'],
  failing: ['sh', '-c', 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo line $i; done; exit 3'],
  job: ['true'],
} as const
