/** The last line of what a program said, which mostly is the one that says why it failed; '' where it said nothing. */
export const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''
