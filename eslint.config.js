import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** What would tie the pure core to a page, a thread or a network. */
const IMPURE = [
	'caches',
	'document',
	'fetch',
	'indexedDB',
	'localStorage',
	'location',
	'navigator',
	'performance',
	'postMessage',
	'self',
	'window'
];

export default ts.config(
	{ ignores: ['dist/', 'models/', 'tests/fixtures/', 'coverage/'] },
	js.configs.recommended,
	ts.configs.recommendedTypeChecked,
	svelte.configs.recommended,
	prettier,
	svelte.configs.prettier,
	{
		languageOptions: {
			globals: { ...globals.browser, ...globals.node },
			parserOptions: {
				projectService: { allowDefaultProject: ['eslint.config.js', 'svelte.config.js'] },
				tsconfigRootDir: import.meta.dirname,
				extraFileExtensions: ['.svelte']
			}
		},
		rules: {
			'no-undef': 'off',
			'no-console': 'error',
			'no-warning-comments': 'error',
			'max-lines': ['error', 400],
			eqeqeq: ['error', 'always', { null: 'ignore' }],
			'@typescript-eslint/require-await': 'off',
			'@typescript-eslint/unbound-method': 'off',
			'@typescript-eslint/no-base-to-string': 'off',
			'@typescript-eslint/no-unused-vars': [
				'error',
				{ argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' }
			],
			// State is replaced, not changed in place: see src/README.md.
			'svelte/prefer-svelte-reactivity': 'off',
			'@typescript-eslint/restrict-template-expressions': [
				'error',
				{ allowNumber: true, allowArray: true }
			]
		}
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } }
	},
	{
		// In templates the linter sees handlers and components as `any`; svelte-check knows better.
		files: ['**/*.svelte'],
		rules: {
			'@typescript-eslint/no-unnecessary-type-assertion': 'off',
			'@typescript-eslint/no-unsafe-argument': 'off',
			'@typescript-eslint/no-unsafe-assignment': 'off',
			'@typescript-eslint/no-unsafe-call': 'off',
			'@typescript-eslint/no-unsafe-member-access': 'off',
			'@typescript-eslint/no-unsafe-return': 'off'
		}
	},
	{
		files: ['src/core/**'],
		rules: { 'no-restricted-globals': ['error', ...IMPURE] }
	},
	{
		// What matchers such as expect.any() and parsed JSON are typed as.
		files: ['tests/**'],
		rules: {
			'@typescript-eslint/no-unsafe-assignment': 'off',
			'@typescript-eslint/no-unsafe-argument': 'off',
			'@typescript-eslint/no-unsafe-member-access': 'off'
		}
	},
	{
		// Runs in the page, which the browser's log alone hears.
		files: ['tests/soak/visitor.mjs'],
		rules: { 'no-console': 'off' }
	},
	{
		files: ['**/*.js', '**/*.mjs'],
		extends: [ts.configs.disableTypeChecked]
	}
);
