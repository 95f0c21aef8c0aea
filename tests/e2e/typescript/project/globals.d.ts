declare const GREETING: string;
