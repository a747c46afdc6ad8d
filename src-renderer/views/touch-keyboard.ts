/** Whether text is typed on the screen itself, where Enter breaks the line and only buttons send. */
export function hasTouchKeyboard(): boolean {
  return matchMedia('(pointer: coarse)').matches;
}
