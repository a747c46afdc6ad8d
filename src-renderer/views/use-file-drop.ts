import { useEffect, useState } from 'react';

/** Files that are dropped anywhere on the page, which would otherwise leave for them. Returns whether some are held over it now. */
export function useFileDrop(onFiles: (files: File[]) => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    // Entering an element fires before leaving the one around it.
    let depth = 0;
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const entered = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth++;
      setOver(true);
    };
    const left = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const moved = (event: DragEvent) => {
      if (!hasFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
    };
    const dropped = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0) onFiles(files);
    };
    window.addEventListener('dragenter', entered);
    window.addEventListener('dragleave', left);
    window.addEventListener('dragover', moved);
    window.addEventListener('drop', dropped);
    return () => {
      window.removeEventListener('dragenter', entered);
      window.removeEventListener('dragleave', left);
      window.removeEventListener('dragover', moved);
      window.removeEventListener('drop', dropped);
    };
  }, [onFiles]);
  return over;
}
