/**
 * Keeps the app as high as what is visible above the on-screen keyboard, which otherwise covers the composer on browsers that
 * do not resize the page for it.
 */
export function followKeyboard(root: HTMLElement): void {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const fit = () => {
    // Pinch zoom also shrinks the visual viewport; that is not a keyboard.
    if (viewport.scale > 1.01) return;
    root.style.height = `${viewport.height}px`;
    window.scrollTo(0, 0);
  };
  viewport.addEventListener('resize', fit);
  fit();
}
