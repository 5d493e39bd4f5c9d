import { Component, type ErrorInfo, type ReactNode } from "react";

interface ErrorBoundaryProps {
  readonly children: ReactNode;
  /** What is shown in its place; `again` tries to show it once more. */
  readonly fallback: (error: unknown, again: () => void) => ReactNode;
}

/** Whatever breaks inside costs what is inside, and nothing else. */
export class ErrorBoundary extends Component<
  ErrorBoundaryProps,
  { readonly broken: { error: unknown } | null }
> {
  override state = { broken: null as { error: unknown } | null };

  static getDerivedStateFromError(error: unknown) {
    return { broken: { error } };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override render(): ReactNode {
    if (this.state.broken === null) return this.props.children;
    return this.props.fallback(this.state.broken.error, () => this.setState({ broken: null }));
  }
}
