import { sizeThreadPool } from './platform/config/thread-pool';
import { runServer } from './run-server';

sizeThreadPool(); // loading the modules has used no thread of the pool yet
void runServer();
