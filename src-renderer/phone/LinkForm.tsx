import { useState } from 'react';
import { parseOfferLink } from '../../src-shared/offer.ts';
import { failureWords } from '../views/failure-words.ts';

/** Takes a pairing link that was copied instead of scanned. */
export function LinkForm({ onLink }: { onLink: (link: string) => void }) {
  const [text, setText] = useState('');
  const [error, setError] = useState<string | null>(null);
  return (
    <form
      className="link-form"
      onSubmit={(event) => {
        event.preventDefault();
        try {
          parseOfferLink(text, Date.now());
          onLink(text);
        } catch (failure) {
          setError(failureWords(failure));
        }
      }}
    >
      <input
        className="input"
        type="text"
        aria-label="Pairing link"
        aria-invalid={error !== null}
        placeholder="Pairing link"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setError(null);
        }}
      />
      <button type="submit" className="button" disabled={text.trim() === ''}>
        Pair
      </button>
      {error !== null && (
        <p className="error-text" role="alert">
          {error}
        </p>
      )}
    </form>
  );
}
