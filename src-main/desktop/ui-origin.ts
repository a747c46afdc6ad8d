/** The app's own pages, served from inside the app. No other scheme and no other host is ever shown in a window. */
export const UI_SCHEME = 'paseo-app';
export const UI_ORIGIN = `${UI_SCHEME}://ui`;

/** Said with every answer; the pages say the same in themselves. React sets styles through the DOM, which this allows. */
export const UI_CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // Pictures that were sent along or that an agent shows; the page makes these addresses itself.
  "img-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
