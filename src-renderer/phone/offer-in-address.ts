/**
 * The pairing link in the page's address, if there is one. Takes it out of the address and of the history at once, so that it
 * is not seen, synchronised or bookmarked.
 */
export function takeOfferLink(
  location: Pick<Location, 'hash' | 'pathname' | 'search'>,
  history: Pick<History, 'replaceState'>,
): string | null {
  if (!location.hash.startsWith('#offer=')) return null;
  const link = location.hash;
  history.replaceState(null, '', `${location.pathname}${location.search}`);
  return link;
}
