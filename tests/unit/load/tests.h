/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HP_TESTS_LOAD_H
#define HP_TESTS_LOAD_H

#include "run.h"

void flow_table(void);
void flow_against_model(void);
void verdict_table(void);
void verdict_moves(void);
void verdict_injected(void);
void fleet_table(void);
void fleet_repeats(void);
void traffic_chooses(void);
void latency_against_sorted(void);
void search_finds(void);
void search_sender(void);
void tour_covers(void);
void pace_keeps(void);

#endif
