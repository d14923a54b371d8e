/*
 * A small model of the view change: four replicas, one of them dishonest, chained batches, terms.
 *
 * What is modelled is what decides safety: who prepared, committed and decided what, who left which
 * view with which certificate, what a new view or the end of a term builds on. Messages are never
 * lost here: whatever was said stays said and may be read at any time, late or never, which covers
 * loss, repeats and reordering. Time is a choice. Certificates cannot be forged; the dishonest
 * replica signs everything, shows any certificate that exists or none, and as a primary proposes two
 * batches at a height and opens its view differently for each.
 *
 * Run it by scripts/spin (see README.md). The rules are those of consensus/.
 */

#ifndef BYZ
#define BYZ 2 /* the dishonest replica; 2, 3, 0 are the primaries of views 1, 2, 3 */
#endif
#ifndef TERM
#define TERM 9 /* heights divisible by it end the term; 9 is never reached */
#endif
#ifndef VIEWS
#define VIEWS 3 /* at most 3 */
#endif
#ifndef HEIGHTS
#define HEIGHTS 2
#endif
#define SLOTS (1 + VIEWS * HEIGHTS * 2) /* the root; two a view and height */
#define N 4
#define QUORUM 3
#define ROOT 0
#define NONE 15
#define primary(w) ((1 + (w)) % N)
#define at(w, x) ((w) * SLOTS + (x))
#define batch_of(v, h, twin) (1 + (((v) - 1) * HEIGHTS + (h) - 1) * 2 + (twin))
#define height(x) ((x) == ROOT -> 0 : 1 + (((x) - 1) / 2) % HEIGHTS)
#define born(x) (1 + ((x) - 1) / (2 * HEIGHTS))
#define is_there(x) (parent[x] != NONE)
#define bit(i) (1 << (i))
#define ones(m) (((m) & 1) + (((m) >> 1) & 1) + (((m) >> 2) & 1) + (((m) >> 3) & 1))
#define is_quorum(m) (ones(m) + 1 >= QUORUM) /* the dishonest one votes for everything */
#define ends_term(x) ((x) != ROOT && height(x) % TERM == 0)

/*
 * Batches are named by where they were born: view, height, and which of the two that a dishonest
 * primary may propose there; so that the order in which they are made adds no states.
 */
byte parent[SLOTS];

/* What was said, as sets of honest replicas. */
byte prepares[(VIEWS + 1) * SLOTS];
byte commits[(VIEWS + 1) * SLOTS];
byte claim_view[(VIEWS + 1) * N]; /* by new view and replica: rank and batch claimed; rank 0 is the root's */
byte claim_batch[(VIEWS + 1) * N];
byte left[VIEWS + 1];

/* Views that an honest primary opened: the anchor and the view of its certificate. */
byte opened_anchor[VIEWS + 1];
byte opened_rank[VIEWS + 1];

/* Honest replicas. */
byte view[N];
bool entered[N];
byte anchor[N];
byte tip[N];
byte high_view[N];
byte high_batch[N];
byte decided[N];

/* Choices of the step at work; 0 between steps, so that they add no states. */
byte r, b, w, s, k, base, best_view, best_batch;

inline choose_replica() {
    if
    :: BYZ != 0 -> r = 0
    :: BYZ != 1 -> r = 1
    :: BYZ != 2 -> r = 2
    :: BYZ != 3 -> r = 3
    fi
}

inline choose_batch() {
    b = 0;
    do
    :: b + 1 < SLOTS -> b++
    :: is_there(b) -> break
    :: else -> b = ROOT; break
    od
}

inline choose_view() {
    w = 1;
    do
    :: w < VIEWS -> w++
    :: break
    od
}

/* The batch that the next one of replica r must name as its parent. */
inline find_base() {
    base = (tip[r] == NONE -> anchor[r] : tip[r]);
    base = (height(decided[r]) >= height(base) -> decided[r] : base)
}

/* After the last batch of a term nothing, but after an anchor that was not voted for again. */
#ifdef BUG_TERM_GOES_ON
#define may_follow(x) true
#else
#ifdef BUG_ANCHOR_AND_CHILD
#define may_follow(x) (!ends_term(x) || (x) == anchor[r])
#else
#define may_follow(x) (!ends_term(x) || ((x) == anchor[r] && tip[r] == NONE))
#endif
#endif
#define knows_anchor (height(decided[r]) >= height(anchor[r]))
#define repeats_anchor(x) ((x) == anchor[r] && (x) != ROOT && tip[r] == NONE && \
    (!knows_anchor || decided[r] == (x)))
#define was_proposed(x) (primary(view[r]) == BYZ || (prepares[at(view[r], x)] & bit(primary(view[r]))))

inline prepare() {
    prepares[at(view[r], b)] = prepares[at(view[r], b)] | bit(r);
    tip[r] = b;
    printf("TRACE prepare %d view %d batch %d height %d parent %d\n", r, view[r], b, height(b), parent[b])
}

inline make_batch(twin) {
    b = batch_of(view[r], height(base) + 1, twin);
    parent[b] = base
}

/* As the primary: the anchor first when it is not known to be final, else one more batch. */
inline step_propose() {
    choose_replica();
    find_base();
    if
    :: (entered[r] && primary(view[r]) == r) ->
        if
        :: (!knows_anchor && tip[r] == NONE) -> b = anchor[r]; prepare()
        :: ((knows_anchor || tip[r] != NONE) && height(base) < HEIGHTS && may_follow(base)) ->
            make_batch(0);
            prepare()
        :: else
        fi
    :: else
    fi
}

inline step_prepare() {
    choose_replica();
    choose_batch();
    find_base();
    if
    :: (entered[r] && b != ROOT && primary(view[r]) != r && was_proposed(b)
       && (repeats_anchor(b)
           || (b != anchor[r] && parent[b] == base && born(b) == view[r] && may_follow(base)))) ->
        prepare()
    :: else
    fi
}

/* The dishonest primary makes a batch for one replica: at most two a height. */
inline step_twin() {
    choose_replica();
    find_base();
    if
    :: (entered[r] && primary(view[r]) == BYZ && height(base) < HEIGHTS && may_follow(base)) ->
        if
        :: !is_there(batch_of(view[r], height(base) + 1, 0)) -> make_batch(0); prepare()
        :: (is_there(batch_of(view[r], height(base) + 1, 0))
            && !is_there(batch_of(view[r], height(base) + 1, 1))) -> make_batch(1); prepare()
        :: else
        fi
    :: else
    fi
}

#ifdef BUG_COMMIT_AFTER_LEAVING
#define may_commit (w <= view[r])
#else
#define may_commit (entered[r] && w == view[r])
#endif

inline step_commit() {
    choose_replica();
    choose_batch();
#ifdef BUG_COMMIT_AFTER_LEAVING
    choose_view();
#else
    w = view[r];
#endif
    if
    :: (b != ROOT && may_commit && is_quorum(prepares[at(w, b)]) && !(commits[at(w, b)] & bit(r))) ->
        if
        :: (high_view[r] < w || (high_view[r] == w && height(b) > height(high_batch[r]))) ->
            high_view[r] = w;
            high_batch[r] = b
        :: else
        fi;
        commits[at(w, b)] = commits[at(w, b)] | bit(r);
        printf("TRACE commit %d view %d batch %d\n", r, w, b)
    :: else
    fi
}

inline step_decide() {
    choose_replica();
    choose_batch();
    choose_view();
    if
    :: (b != ROOT && is_quorum(commits[at(w, b)]) && height(b) > height(decided[r])
       && !(ends_term(b) && view[r] <= w + 1)) -> /* that opens a view as well: see step_rotate */
        decided[r] = b;
        printf("TRACE decide %d view %d batch %d\n", r, w, b)
    :: else
    fi
}

inline leave_for_w() {
    view[r] = w;
    entered[r] = false;
    tip[r] = NONE;
    left[w] = left[w] | bit(r);
#ifdef BUG_CERTIFICATE_FORGOTTEN
    claim_view[w * N + r] = 0;
    claim_batch[w * N + r] = ROOT
#else
    claim_view[w * N + r] = high_view[r];
    claim_batch[w * N + r] = high_batch[r]
#endif
}

/* For lack of progress; from a view not yet opened only when a quorum waits for it or a later one. */
inline step_leave() {
    choose_replica();
    k = 0;
    s = (view[r] == 0 -> 1 : view[r]);
    do
    :: s <= VIEWS -> k = k | left[s]; s++
    :: else -> break
    od;
    if
    :: (view[r] < VIEWS && high_view[r] <= view[r] && entered[r]) ->
        w = view[r] + 1;
        leave_for_w();
        printf("TRACE leave %d view %d\n", r, w)
    :: (view[r] < VIEWS && high_view[r] <= view[r] && !entered[r] && is_quorum(k)
       && primary(view[r]) != r) ->
        w = view[r] + 1;
        leave_for_w();
        printf("TRACE giveup %d view %d\n", r, w)
    :: else
    fi
}

/* One honest replica and the dishonest one want a later view: a weak quorum, so r goes along. */
inline step_join() {
    choose_replica();
    choose_view();
    if
    :: (w > view[r] && high_view[r] < w && (left[w] & ~bit(r))) ->
        leave_for_w();
        printf("TRACE join %d view %d\n", r, w)
    :: else
    fi
}

inline raise_best(new_view, new_batch) {
    if
    :: (new_view > best_view || (new_view == best_view && height(new_batch) > height(best_batch))) ->
        best_view = new_view;
        best_batch = new_batch
    :: else
    fi
}

/*
 * Choose a quorum of claims for view w and find the highest: all three honest ones, or two of them
 * and the dishonest one's, who shows any certificate from before w that exists. k becomes the set of
 * claims chosen, 0 when there is none.
 */
inline choose_quorum() {
    best_view = 0;
    best_batch = ROOT;
    k = 0;
    if
    :: ones(left[w]) == 3 -> k = left[w]
    :: (left[w] & bit(0) && ones(left[w] & ~bit(0)) >= 2) -> k = left[w] & ~bit(0)
    :: (left[w] & bit(1) && ones(left[w] & ~bit(1)) >= 2) -> k = left[w] & ~bit(1)
    :: (left[w] & bit(2) && ones(left[w] & ~bit(2)) >= 2) -> k = left[w] & ~bit(2)
    :: (left[w] & bit(3) && ones(left[w] & ~bit(3)) >= 2) -> k = left[w] & ~bit(3)
    :: ones(left[w]) == 2 -> k = left[w]
    :: else
    fi;
    if
    :: ones(k) == 2 ->
        s = 0;
        do
        :: s + 1 < w -> s++
        :: break
        od;
        choose_batch();
        if
        :: (s > 0 && b != ROOT && is_quorum(prepares[at(s, b)])) -> best_view = s; best_batch = b
        :: else -> s = 0; b = ROOT
        fi;
        k = k | bit(BYZ)
    :: else -> s = 0; b = ROOT
    fi;
    if :: (k & bit(0) && BYZ != 0) -> raise_best(claim_view[w * N + 0], claim_batch[w * N + 0]) :: else fi;
    if :: (k & bit(1) && BYZ != 1) -> raise_best(claim_view[w * N + 1], claim_batch[w * N + 1]) :: else fi;
    if :: (k & bit(2) && BYZ != 2) -> raise_best(claim_view[w * N + 2], claim_batch[w * N + 2]) :: else fi;
    if :: (k & bit(3) && BYZ != 3) -> raise_best(claim_view[w * N + 3], claim_batch[w * N + 3]) :: else fi
}

inline enter_w() {
    view[r] = w;
    entered[r] = true;
    anchor[r] = best_batch;
    tip[r] = NONE;
    if
    :: (best_view > high_view[r] || (best_view == high_view[r] && height(best_batch) > height(high_batch[r]))) ->
        high_view[r] = best_view;
        high_batch[r] = best_batch
    :: else
    fi
}

inline step_open() {
    choose_view();
    choose_quorum();
    r = primary(w);
    if
    :: (r != BYZ && k & bit(r) && view[r] == w && !entered[r]) ->
        enter_w();
        opened_anchor[w] = best_batch;
        opened_rank[w] = best_view;
        printf("TRACE open %d view %d claims %d byzrank %d byzbatch %d anchor %d\n",
            r, w, k, s, b, best_batch)
    :: else
    fi
}

inline step_enter() {
    choose_replica();
    choose_view();
    if
    :: (primary(w) != BYZ && opened_anchor[w] != NONE) ->
        best_view = opened_rank[w];
        best_batch = opened_anchor[w];
        k = 0
    :: primary(w) == BYZ -> choose_quorum()
    :: else -> best_batch = NONE
    fi;
    if
    :: (best_batch != NONE && view[r] <= w && !(view[r] == w && entered[r])
       && (primary(w) != BYZ || k != 0)) ->
        enter_w();
        printf("TRACE enter %d view %d claims %d byzrank %d byzbatch %d anchor %d\n",
            r, w, k, s, b, best_batch)
    :: else
    fi
}

/* The commit certificate of the last batch of a term opens the next view for everybody. */
inline step_rotate() {
    choose_replica();
    choose_view();
    choose_batch();
    if
    :: (ends_term(b) && w < VIEWS && is_quorum(commits[at(w, b)])
       && (view[r] <= w || (view[r] == w + 1 && !entered[r]))) ->
        decided[r] = (height(b) > height(decided[r]) -> b : decided[r]);
        view[r] = w + 1;
        entered[r] = true;
        anchor[r] = b;
        tip[r] = NONE;
        printf("TRACE rotate %d view %d batch %d\n", r, w, b)
    :: else
    fi
}

/* Whatever is committed lies on one chain: one batch a height, each the parent of the next. */
#define is_final(x) (is_there(x) && (is_quorum(commits[at(1, x)]) || is_quorum(commits[at(2, x)]) \
    || is_quorum(commits[at(VIEWS, x)])))

inline check() {
    b = 1;
    do
    :: b < SLOTS ->
        s = (is_final(b) -> 1 : SLOTS);
        do
        :: s < SLOTS ->
            assert(!is_final(s) || s == b || height(s) != height(b));
            assert(!is_final(s) || height(s) != height(b) + 1 || parent[s] == b);
            s++
        :: else -> break
        od;
        b++
    :: else -> break
    od
}

active proctype world() {
    byte i;
    atomic {
        i = 0;
        do
        :: i < N ->
            view[i] = 1;
            entered[i] = true;
            tip[i] = NONE;
            i++
        :: else -> break
        od;
        i = 0;
        do
        :: i <= VIEWS -> opened_anchor[i] = NONE; i++
        :: else -> break
        od;
        i = 1;
        do
        :: i < SLOTS -> parent[i] = NONE; i++
        :: else -> break
        od;
        i = 0
    }
    do
    :: atomic {
        if
        :: step_propose()
        :: step_prepare()
        :: step_twin()
        :: step_commit()
        :: step_decide()
        :: step_leave()
        :: step_join()
        :: step_open()
        :: step_enter()
        :: step_rotate()
#ifdef TRACES /* drawn at random, each view should see some votes before it is left */
        :: step_propose()
        :: step_propose()
        :: step_prepare()
        :: step_prepare()
        :: step_prepare()
        :: step_prepare()
        :: step_twin()
        :: step_commit()
        :: step_commit()
        :: step_commit()
        :: step_commit()
        :: step_decide()
        :: step_rotate()
        :: step_rotate()
        :: step_rotate()
        :: step_rotate()
        :: step_enter()
        :: step_enter()
#endif
        fi;
        d_step { check(); r = 0; b = 0; w = 0; s = 0; k = 0; base = 0; best_view = 0; best_batch = 0 }
    }
    od
}
