import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { loadBrand } from './api/brand';
import { App } from './app/app';
import { queryClient } from './app/queries';
import { applyTheme } from './app/theme';
import './app/theme.css';
import './app/brand.css';
import './app/layout.css';
import './ui/controls.css';
import './ui/content.css';

applyTheme();
void loadBrand().then(() =>
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  ),
);
