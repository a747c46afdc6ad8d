/** A text of others as one word of a command line that a person may copy into a shell: nothing in it is run there. */
export function shellWord(text: string): string {
  return /^(?!=)[\w@%+=.,/:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
